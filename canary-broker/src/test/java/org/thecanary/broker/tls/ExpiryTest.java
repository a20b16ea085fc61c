// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.tls;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.broker.config.TlsConfig;
import org.thecanary.credentials.ca.CaStore;
import org.thecanary.credentials.ca.CertificateAuthority;
import org.thecanary.credentials.ca.CertificateAuthority.Founding;
import org.thecanary.credentials.ca.CertificateProfile;
import org.thecanary.credentials.ca.CertificateProfile.Use;
import org.thecanary.credentials.ca.KeyKind;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Is the operator reminded in time, and not every hour? */
class ExpiryTest {
    @TempDir
    Path folder;

    private final Expiry expiry = new Expiry();

    private TlsConfig valid(int days) throws Exception {
        CertificateAuthority authority = CertificateAuthority.create(
                CaStore.at(folder),
                new Founding("CA", new KeyKind.P256(), 3650, null, false),
                Clock.systemUTC(),
                new SecureRandom());
        Path issued = authority
                .issue(
                        "localhost",
                        CertificateProfile.of("localhost", Set.of(Use.SERVER), List.of(), days),
                        new KeyKind.P256(),
                        false)
                .folder();
        TlsConfig.Builder config = new TlsConfig.Builder();
        config.certFile = issued.resolve("localhost.crt");
        config.keyFile = issued.resolve("localhost.key");
        return java.util.Objects.requireNonNull(config.build());
    }

    /** What is said to those who look every hour until so many days before the end. */
    private List<String> warningsUntil(TlsConfig config, int daysLeft) throws Exception {
        TlsFiles files = TlsFiles.read(config);
        Instant end = files.chain().getFirst().getNotAfter().toInstant();
        List<String> warnings = new ArrayList<>();
        Instant last = end.minus(Duration.ofDays(daysLeft));
        for (Instant now = end.minus(Duration.ofDays(40));
                now.isBefore(last);
                now = now.plus(Duration.ofHours(1))) {
            expiry.remind(files, config, now, warnings::add);
        }
        return warnings;
    }

    @Test
    void remindersComeOnceEach() throws Exception {
        TlsConfig config = valid(365);

        assertThat(warningsUntil(config, 31)).isEmpty();
        assertThat(warningsUntil(config, -5))
                .hasSize(4)
                .allSatisfy(text -> assertThat(text).contains("localhost.crt"))
                .satisfiesExactly(
                        text -> assertThat(text).contains("expires within 30 days"),
                        text -> assertThat(text).contains("expires within 7 days"),
                        text -> assertThat(text).contains("expires within a day"),
                        text -> assertThat(text).contains("has expired on"));
    }

    @Test
    void whoRenewsOftenIsNotRemindedOfWhatIsNormal() throws Exception {
        TlsConfig config = valid(20);

        assertThat(warningsUntil(config, 8)).isEmpty();
        assertThat(warningsUntil(config, 0)).hasSize(2);
    }
}

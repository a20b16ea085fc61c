// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.credentials.ca.AlternativeName;
import org.thecanary.credentials.ca.CaStore;
import org.thecanary.credentials.ca.CertificateAuthority;
import org.thecanary.credentials.ca.CertificateAuthority.Founding;
import org.thecanary.credentials.ca.CertificateProfile;
import org.thecanary.credentials.ca.CertificateProfile.Use;
import org.thecanary.credentials.ca.KeyKind;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.CRLReason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Does the doctor see what time and hands do to a set-up? */
class SystemDoctorTest {
    @TempDir
    Path folder;

    private CertificateAuthority authority;
    private Path config;

    @BeforeEach
    void make() throws Exception {
        authority = CertificateAuthority.create(
                CaStore.at(folder.resolve("ca")),
                new Founding("Test CA", new KeyKind.P256(), 3650, null, false),
                Clock.systemUTC(),
                new SecureRandom());
        authority.crl(200);
        var names = List.of(AlternativeName.parse("broker.example"));
        authority.issue(
                "broker",
                CertificateProfile.of("broker", Set.of(Use.SERVER), names, 100),
                new KeyKind.P256(),
                false);
        Files.copy(authority.store().crlFile(), folder.resolve("crl.pem"));
        Path own = authority.store().issued("broker");
        config = write("canary.conf", """
                allow_anonymous false
                listener 48884
                certfile %1$s/broker.crt
                keyfile %1$s/broker.key
                cafile %1$s/ca.crt
                crlfile %2$s/crl.pem
                require_certificate true
                use_identity_as_username true
                """.formatted(own, folder));
    }

    private Path write(String name, String text) throws Exception {
        Path file = Files.writeString(folder.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private String examine(Duration later, String domain) throws Exception {
        return new SystemDoctor(
                        config, AlternativeName.parse(domain), Instant.now().plus(later))
                .examine()
                .text();
    }

    @Test
    void aSetUpInOrderHasNothingWrong() throws Exception {
        assertThat(examine(Duration.ZERO, "broker.example"))
                .contains("ok       dates", "ok       chain", "ok       crl", "ok       key")
                .contains("ok       name         the certificate is for DNS:broker.example.")
                .contains(", 0 wrong,");
    }

    @Test
    void whatEndsSoonIsToMindAndWhatHasEndedIsWrong() throws Exception {
        assertThat(examine(Duration.ofDays(80), "broker.example"))
                .contains("WARNING  dates", "ok       crl", ", 0 wrong,");
        assertThat(examine(Duration.ofDays(180), "broker.example"))
                .contains("WRONG    dates", "WARNING  crl", "-> canary init --force");
        assertThat(examine(Duration.ofDays(210), "broker.example"))
                .contains("WRONG    crl", "-> canary ca crl --dir");
        assertThat(examine(Duration.ofDays(-400), "broker.example"))
                .contains("WRONG    clock", "timedatectl");
    }

    @Test
    void aNameThatClientsUseButTheCertificateHasNotIsWrong() throws Exception {
        assertThat(examine(Duration.ZERO, "other.example"))
                .contains("WRONG    name         the certificate is not for DNS:other.example.");
    }

    @Test
    void aListThatIsNotTheNewestIsWrong() throws Exception {
        authority.issue(
                "stolen",
                CertificateProfile.of("stolen", Set.of(Use.CLIENT), List.of(), null),
                new KeyKind.P256(),
                false);
        authority.revoke("stolen", CRLReason.KEY_COMPROMISE);

        assertThat(examine(Duration.ZERO, "broker.example"))
                .contains("WRONG    crl", "-> cp " + authority.store().crlFile());
    }

    @Test
    void keysPasswordsAndPortsThatAreOpenToAllAreWrong() throws Exception {
        Path key = authority.store().keyFile();
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        write("passwd", "");
        Files.writeString(
                config,
                "listener 48886\nlistener 48887\nallow_anonymous true\nlistener 48888 127.0.0.1\n");
        assertThat(examine(Duration.ZERO, "broker.example"))
                .contains("can read " + key + ".", "-> chmod go= " + key)
                .contains("listener 48886 lets everybody in")
                .doesNotContain("48888 lets");

        Files.writeString(
                config,
                "listener 48886\nallow_anonymous false\npassword_file " + folder + "/passwd\n");
        assertThat(examine(Duration.ZERO, "broker.example"))
                .contains("listener 48886 has no TLS", "-> listener 48886 127.0.0.1");
    }

    @Test
    void anotherKeyAndAnotherPasswordAreSeen() throws Exception {
        Files.copy(
                authority.store().keyFile(),
                authority.store().issued("broker").resolve("broker.key"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        write("passwd", "sensor:$7$101$c2FsdHNhbHRzYWx0$" + "A".repeat(86) + "==\n");
        write("sensor.credential", "sensor\nsecret\n");
        Files.writeString(
                config, Files.readString(config) + "password_file " + folder + "/passwd\n");

        assertThat(examine(Duration.ZERO, "broker.example"))
                .contains("is not the key of the certificate")
                .contains("WRONG    users", "canary passwd")
                .doesNotContain("secret");
    }

    @Test
    void everyThingThatIsNotWellHasACure() throws Exception {
        Files.writeString(config, "listener 48886\nno_such_option 1\n");

        assertThat(new SystemDoctor(config, null, Instant.now()).examine().json())
                .startsWith("{\"well\": false, \"findings\": [{\"check\": \"config\"")
                .contains("no_such_option", "\"cure\": \"edit ")
                .doesNotContain("\"verdict\": \"wrong\", \"said\": \"\", \"cure\": null");
    }
}

// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.thecanary.sensor.SensorOptions.Credential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A client's credential in a file. */
class CredentialFileTest {
    @TempDir
    Path folder;

    private Path file = Path.of("");

    @BeforeEach
    void file() {
        file = folder.resolve("credential");
    }

    @Test
    void isWrittenAndRead() throws IOException {
        Credential credential = new Credential("sensor", "2Q7!#f:Xb");
        Files.writeString(file, CredentialFile.text(credential));

        assertThat(CredentialFile.read(file, null)).isEqualTo(credential);
        assertThat(CredentialFile.read(file, "sensor")).isEqualTo(credential);
        assertThat(credential.toString()).doesNotContain("2Q7");
    }

    @Test
    void mayHoldThePasswordAlone() throws IOException {
        Files.writeString(file, "2Q7!#f:Xb");

        assertThat(CredentialFile.read(file, "sensor"))
                .isEqualTo(new Credential("sensor", "2Q7!#f:Xb"));
        assertThatThrownBy(() -> CredentialFile.read(file, null))
                .isInstanceOf(CredentialFile.Malformed.class)
                .hasMessageContaining("-u")
                .hasMessageNotContaining("2Q7");
    }

    @Test
    void anythingElseIsRefusedWithoutShowingIt() throws IOException {
        for (String content : new String[] {"", "\n", "sensor\n\n", "sensor\nsecret\nmore\n"}) {
            Files.writeString(file, content);

            assertThatThrownBy(() -> CredentialFile.read(file, "sensor"))
                    .isInstanceOf(CredentialFile.Malformed.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageNotContaining("secret");
        }
        Files.writeString(file, "webapp\nsecret\n");
        assertThatThrownBy(() -> CredentialFile.read(file, "sensor"))
                .hasMessageContaining("another user");
        Files.write(file, new byte[] {'a', '\n', (byte) 0xFF});
        assertThatThrownBy(() -> CredentialFile.read(file, null)).hasMessageContaining("UTF-8");
    }

    @Test
    void aMissingFileIsOneSentence() {
        assertThatThrownBy(() -> CredentialFile.read(file, null))
                .isInstanceOf(CredentialFile.Unreadable.class)
                .hasMessage(file + ": there is no such file.");
    }

    @Test
    void isExposedWhenOthersCanReadIt() throws IOException {
        Files.writeString(file, "x");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(CredentialFile.isExposed(file)).isFalse();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(CredentialFile.isExposed(file)).isTrue();
    }
}

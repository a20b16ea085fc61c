// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Are the classes of the list initialized, and those that are none passed over? */
class TrainedClassesTest {
    private static final List<String> INITIALIZED = new ArrayList<>();

    static final class First {
        static {
            INITIALIZED.add("First");
        }
    }

    static final class Fails {
        static {
            INITIALIZED.add("Fails");
            if (INITIALIZED.size() < 10) {
                throw new IllegalStateException("as a class of another system does");
            }
        }
    }

    static final class Last {
        static {
            INITIALIZED.add("Last");
        }
    }

    @TempDir
    Path folder;

    @AfterEach
    void forgetTheList() {
        System.clearProperty(TrainedClasses.LIST);
    }

    @Test
    void classesOfTheListAreInitialized() throws Exception {
        String mine = getClass().getName().replace('.', '/');
        Path list = Files.write(
                folder.resolve("list"),
                List.of(mine + "$First", mine + "$Gone", "", mine + "$Fails", mine + "$Last"));
        System.setProperty(TrainedClasses.LIST, list.toString());

        TrainedClasses.initialize();

        assertThat(INITIALIZED).containsExactly("First", "Fails", "Last");
    }

    @Test
    void aListThatIsGoneIsNoHindrance() {
        System.setProperty(TrainedClasses.LIST, folder.resolve("none").toString());

        TrainedClasses.initialize();

        assertThat(folder).isEmptyDirectory();
    }
}

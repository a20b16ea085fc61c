// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.client.Transport;
import org.thecanary.credentials.password.PasswordFileEditor;
import org.thecanary.credentials.password.PasswordHash;
import org.thecanary.web.history.Database;
import org.thecanary.web.history.Retention;
import org.thecanary.web.http.People;
import org.thecanary.web.http.Role;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;

/** What a web app needs in a test. */
final class WebRig {
    private WebRig() {}

    /** Somebody who may log in, with a hash that takes no time. */
    static void person(Path folder, String name, String password, Role role) throws Exception {
        PasswordFileEditor file = PasswordFileEditor.create(People.file(folder, role));
        file.put(name, PasswordHash.pbkdf2(password.getBytes(UTF_8), 10, new SecureRandom()));
        file.save();
    }

    /** At any port of the loopback. */
    static WebOptions options(
            Path folder, Transport broker, @Nullable Database database, @Nullable URI webhook) {
        return new WebOptions(
                broker,
                null,
                "canary-web",
                folder,
                Administration.NONE,
                database,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                null,
                webhook,
                Retention.DEFAULT);
    }
}

// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.ca.AlternativeName;
import org.thecanary.credentials.ca.CaException;
import org.thecanary.credentials.ca.CertificateProfile.Use;

import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What a new certificate is for, and by which names. */
final class CertificateOptions {
    @Option(names = "--server", description = "For a broker or a web server.")
    private boolean server;

    @Option(
            names = "--client",
            description = "For a device or a program that connects to one. The default.")
    private boolean client;

    @Option(
            names = "--san",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Host names and IP addresses it is called by, comma between. Default for a server: its NAME.")
    private List<String> alternativeNames = List.of();

    @Option(
            names = "--days",
            paramLabel = "N",
            description = "How long it is valid. Default: 825 for a server, 1825 for a client.")
    private @Nullable Integer days;

    @Nullable
    Integer days() {
        return days;
    }

    List<AlternativeName> alternativeNames() throws CaException {
        var names = new ArrayList<AlternativeName>();
        for (var text : alternativeNames) {
            names.add(AlternativeName.parse(text.strip()));
        }
        return names;
    }

    /** What it is for; where a name might be either, it has to be said. */
    Set<Use> uses(String name) throws CaException {
        var uses = EnumSet.noneOf(Use.class);
        if (server) {
            uses.add(Use.SERVER);
        }
        if (client) {
            uses.add(Use.CLIENT);
        }
        if (uses.isEmpty()) {
            if (name.contains(".") || !alternativeNames.isEmpty()) {
                throw new CaException("'" + name
                        + "' may be a server or a client; say which with --server or --client.");
            }
            uses.add(Use.CLIENT);
        }
        return uses;
    }
}

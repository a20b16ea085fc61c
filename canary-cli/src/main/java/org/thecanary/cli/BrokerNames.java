// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.thecanary.credentials.ca.AlternativeName;
import org.thecanary.credentials.ca.CaException;

import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The names and addresses by which clients may call a broker on this machine. */
final class BrokerNames {
    private BrokerNames() {}

    /**
     * What a broker's certificate is good for: its domain, what was given, this machine's host name, also as
     * {@code HOST.local}, its addresses, and the machine itself.
     *
     * @throws CaException if a given one is neither a host name nor an address
     */
    static List<AlternativeName> of(String domain, List<String> given) throws CaException {
        Set<AlternativeName> names = new LinkedHashSet<>();
        names.add(AlternativeName.parse(domain));
        for (String name : given) {
            names.add(AlternativeName.parse(name.strip()));
        }
        names.add(AlternativeName.parse("localhost"));
        for (String name : thisMachine()) {
            try {
                names.add(AlternativeName.parse(name));
            } catch (CaException e) {
                // A host name that no certificate can have, such as one with an underscore.
            }
        }
        return List.copyOf(names);
    }

    private static List<String> thisMachine() {
        List<String> names = new ArrayList<>();
        try {
            String host = InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
            names.add(host);
            if (!host.contains(".")) {
                names.add(host + ".local"); // multicast DNS [RFC 6762]
            }
        } catch (UnknownHostException e) {
            // It has a name that leads nowhere, so nobody calls it so.
        }
        names.add("127.0.0.1");
        names.add("::1");
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(network -> network.getInterfaceAddresses().stream())
                    .map(InterfaceAddress::getAddress)
                    .filter(address -> !address.isLoopbackAddress()
                            && !address.isLinkLocalAddress()
                            && !address.isAnyLocalAddress())
                    .map(InetAddress::getHostAddress)
                    .map(address -> address.replaceFirst("%.*", ""))
                    .sorted()
                    .forEach(names::add);
        } catch (SocketException e) {
            // Then it is called by its names.
        }
        return names;
    }
}

// SPDX-License-Identifier: Apache-2.0
package org.thecanary.web.history;

import java.util.Properties;
import java.util.regex.Pattern;

/** The address of a PostgreSQL server's database, as a person gives it. */
final class PostgresUrl {
    private static final String HOST = "(?:\\[[0-9a-fA-F:.]+]|[^\\[\\]/?:,@]+)(?::\\d{1,5})?";
    private static final Pattern URL =
            Pattern.compile("jdbc:postgresql://" + HOST + "(?:," + HOST + ")*/[^/?]+(?:\\?.*)?");
    private static final Pattern SECRET =
            Pattern.compile("[?&](?:ssl)?password=|//[^/?]*@", Pattern.CASE_INSENSITIVE);

    private PostgresUrl() {}

    /**
     * What the driver is told where the URL does not say otherwise.
     *
     * @throws IllegalArgumentException with a sentence, if the URL cannot be used
     */
    static Properties properties(String url) {
        // Everybody on a machine can read the command lines of its programs.
        if (SECRET.matcher(url).find()) {
            throw new IllegalArgumentException(
                    "a password does not belong into the address, where others can read it; put it into ~/.pgpass or a file");
        }
        if (!URL.matcher(url).matches()) {
            throw new IllegalArgumentException("jdbc:postgresql://HOST[:PORT]/DATABASE is wanted");
        }
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", "canary web");
        // A server that falls silent is as one that is gone.
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("socketTimeout", "30");
        properties.setProperty("tcpKeepAlive", "true");
        // One statement with many rows instead of many statements.
        properties.setProperty("reWriteBatchedInserts", "true");
        return properties;
    }

    /** Without what is after the {@code ?}. */
    static String describe(String url) {
        int options = url.indexOf('?');
        return options < 0 ? url : url.substring(0, options);
    }
}

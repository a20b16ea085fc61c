// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * One archive with all that a device needs to connect, in a folder with the device's name: {@code ca.crt},
 * {@code NAME.crt}, {@code NAME-chain.crt}, {@code NAME.key} and {@code settings.properties}. It holds the private key, so
 * it is its owner's alone (0600).
 *
 * @param name of the certificate and the folder
 * @param issued where the certificate's files are
 * @param broker null when it is not known; the settings then have a line to fill in
 */
public record DeviceBundle(
        String name, Path issued, @Nullable BrokerAddress broker) {

    private static final int TAR_BLOCK = 512;

    /** Where the broker is. */
    public record BrokerAddress(String host, int port) {
        /** Where mosquitto.conf, as Canary writes it, asks for a certificate. */
        public static final int DEFAULT_PORT = 8884;

        private static final Pattern ADDRESS =
                Pattern.compile("(?:\\[([^]]+)]|([^:\\[\\]]+))(?::(\\d{1,5}))?");

        /**
         * Reads {@code HOST}, {@code HOST:PORT}, {@code [IPV6]} or {@code [IPV6]:PORT}.
         *
         * @throws CaException when it is neither
         */
        public static BrokerAddress parse(String text) throws CaException {
            var matcher = ADDRESS.matcher(text);
            if (matcher.matches()) {
                var host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
                var digits = matcher.group(3);
                int port = digits == null ? DEFAULT_PORT : Integer.parseInt(digits);
                if (isHost(host) && port > 0 && port < 65_536) {
                    return new BrokerAddress(host, port);
                }
            }
            throw new CaException(
                    "'" + text
                            + "' is no broker's address; write broker.example.org:8884 or [2001:db8::7]:8884.");
        }

        private static boolean isHost(String text) {
            try {
                AlternativeName.parse(text);
                return true;
            } catch (CaException _) {
                return false;
            }
        }

        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /**
     * Writes the archive; its kind is told by the file's name.
     *
     * @param file ends with {@code .zip}, {@code .tar.gz} or {@code .tgz}
     * @param force whether a file of that name is replaced
     * @param now the time that the files in it have
     */
    public void write(Path file, boolean force, Instant now) throws CaException, IOException {
        checkFile(file, force);
        var archive = isZip(file) ? zip(contents(), now) : tarGz(contents(), now);
        CaStore.write(file, archive, "rw-------");
    }

    /** Refuses what {@link #write} would, before a certificate is made for it. */
    public static void checkFile(Path file, boolean force) throws CaException {
        var lower = file.toString().toLowerCase(Locale.ROOT);
        if (!isZip(file) && !lower.endsWith(".tar.gz") && !lower.endsWith(".tgz")) {
            throw new CaException("'" + file
                    + "' does not say what kind of archive to make; end it with .zip or .tar.gz.");
        }
        if (Files.exists(file) && !force) {
            throw new CaException(
                    file + " is there already; choose another name, or replace it with --force.");
        }
        var parent = file.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new CaException("There is no folder " + parent + "; make it first.");
        }
    }

    /** The settings: {@code name=value} lines, files relative to the folder they are in. */
    String settings() {
        var host = broker == null ? "" : broker.host();
        int port = broker == null ? BrokerAddress.DEFAULT_PORT : broker.port();
        return "# How " + name
                + " connects: MQTT over TLS, with its certificate instead of a password.\n"
                + (broker == null ? "# Fill in the host.\n" : "")
                + "host=" + host + "\n"
                + "port=" + port + "\n"
                + "client_id=" + name + "\n"
                + "cafile=ca.crt\n"
                + "certfile=" + name + ".crt\n"
                + "keyfile=" + name + ".key\n";
    }

    private Map<String, byte[]> contents() throws IOException {
        var files = new LinkedHashMap<String, byte[]>();
        for (var file :
                new String[] {"ca.crt", name + ".crt", name + "-chain.crt", name + ".key"}) {
            files.put(name + "/" + file, Files.readAllBytes(issued.resolve(file)));
        }
        files.put(name + "/settings.properties", settings().getBytes(StandardCharsets.US_ASCII));
        return files;
    }

    private static boolean isZip(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(".zip");
    }

    /** By way of a file, since what makes archives with modes in them makes files. */
    private static byte[] zip(Map<String, byte[]> files, Instant now) throws IOException {
        var folder = Files.createTempDirectory("canary-bundle"); // its owner's alone
        var archive = folder.resolve("bundle.zip");
        try {
            try (var zip = FileSystems.newFileSystem(
                    archive, Map.of("create", "true", "enablePosixFileAttributes", "true"))) {
                for (var file : files.entrySet()) {
                    var entry = zip.getPath(file.getKey());
                    Files.createDirectories(entry.getParent());
                    Files.write(entry, file.getValue());
                    Files.setLastModifiedTime(entry, FileTime.from(now));
                    Files.setPosixFilePermissions(
                            entry,
                            PosixFilePermissions.fromString(
                                    isSecret(file.getKey()) ? "rw-------" : "rw-r--r--"));
                }
            }
            return Files.readAllBytes(archive);
        } finally {
            Files.deleteIfExists(archive);
            Files.delete(folder);
        }
    }

    private static boolean isSecret(String name) {
        return name.endsWith(".key");
    }

    private static byte[] tarGz(Map<String, byte[]> files, Instant now) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            for (var file : files.entrySet()) {
                var content = file.getValue();
                gzip.write(tarHeader(file.getKey(), content.length, now));
                gzip.write(content);
                gzip.write(new byte[(TAR_BLOCK - content.length % TAR_BLOCK) % TAR_BLOCK]);
            }
            gzip.write(new byte[2 * TAR_BLOCK]);
        }
        return bytes.toByteArray();
    }

    /**
     * A header as POSIX.1-1988 has it (ustar): name (100 bytes), mode, owner and group (8 each), size and time (12 each), sum (8), type,
     * link (100), "ustar", version "00", and at 345 the folder (155); numbers in octal digits.
     */
    private static byte[] tarHeader(String name, int size, Instant now) {
        var mode = isSecret(name) ? "0000600" : "0000644";
        var header = new byte[TAR_BLOCK];
        int slash = name.indexOf('/');
        put(header, 0, name.substring(slash + 1));
        put(header, 100, mode);
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        put(header, 124, String.format(Locale.ROOT, "%011o", size));
        put(header, 136, String.format(Locale.ROOT, "%011o", now.getEpochSecond()));
        put(header, 148, "        ");
        put(header, 156, "0");
        put(header, 257, "ustar\0" + "00");
        put(header, 345, name.substring(0, slash));
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xFF;
        }
        put(header, 148, String.format(Locale.ROOT, "%06o", sum) + "\0 ");
        return header;
    }

    private static void put(byte[] header, int at, String text) {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}

// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import org.thecanary.credentials.pem.Pem;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The folder of a certificate authority:
 *
 * <pre>
 * ca.crt, ca.key               the authority; the key encrypted, or not where that was refused
 * index.txt                    a line for each certificate that was ever issued, as openssl's
 * crl.pem, crlnumber           the revocation list, and the number of the next one in hexadecimal digits
 * certs/SERIAL.crt             every certificate that was ever issued
 * issued/NAME/NAME.crt         the newest one of that name,
 *             NAME-chain.crt   with the authority's behind it,
 *             NAME.key         its key,
 *             ca.crt           and what to trust
 * .gitignore, .lock            keys are not for a repository; one writer at a time
 * </pre>
 *
 * <p>Files are written whole or not at all. Owner: any thread, and any process on this machine.
 */
public final class CaStore {
    private static final int LOCK_TRIES = 1500;
    private static final int LOCK_PAUSE_MILLIS = 20;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

    private final Path folder;

    private CaStore(Path folder) {
        this.folder = folder;
    }

    /** The store in that folder, which need not be there yet. */
    public static CaStore at(Path folder) {
        return new CaStore(folder);
    }

    public Path folder() {
        return folder;
    }

    public Path certificateFile() {
        return folder.resolve("ca.crt");
    }

    public Path keyFile() {
        return folder.resolve("ca.key");
    }

    public Path crlFile() {
        return folder.resolve("crl.pem");
    }

    /** Where the newest certificate of that name is, with its key. */
    public Path issued(String name) {
        return folder.resolve("issued").resolve(name);
    }

    Path certificateFile(IndexEntry entry) {
        return folder.resolve("certs").resolve(entry.serialText() + ".crt");
    }

    private Path indexFile() {
        return folder.resolve("index.txt");
    }

    private Path crlNumberFile() {
        return folder.resolve("crlnumber");
    }

    /** Whether there is an authority. */
    public boolean exists() {
        return Files.exists(certificateFile()) || Files.exists(keyFile());
    }

    /**
     * Refuses a name that could leave the folder, or mean something else in a shell, an ACL or a topic.
     *
     * @throws CaException when it is not 1 to 64 letters, digits and {@code . _ @ -}, starting with a letter or digit
     */
    public static String checkName(String name) throws CaException {
        if (!NAME.matcher(name).matches() || name.contains("..")) {
            throw new CaException("'" + name
                    + "' cannot be the name of a certificate; take up to 64 letters, digits and . _ @ - that start with a"
                    + " letter or digit.");
        }
        return name;
    }

    /**
     * The authority's certificate.
     *
     * @throws CaException when there is no authority here
     */
    public X509Certificate certificate() throws CaException, IOException {
        if (!Files.exists(certificateFile())) {
            throw new CaException("There is no certificate authority in " + folder
                    + "; make one with `canary ca init`, or say where it is with --dir.");
        }
        return readCertificate(certificateFile());
    }

    /** Whether the authority's key wants a passphrase. */
    public boolean isKeyEncrypted() throws CaException, IOException {
        return Pem.first(keyText(), Pem.ENCRYPTED_KEY).isPresent();
    }

    String keyText() throws CaException, IOException {
        if (!Files.exists(keyFile())) {
            throw new CaException(
                    "The authority's key " + keyFile()
                            + " is missing; without it nothing can be signed. Put it back from where you keep it.");
        }
        return read(keyFile());
    }

    /** All that was ever issued, in order. */
    public List<IndexEntry> index() throws CaException, IOException {
        var entries = new ArrayList<IndexEntry>();
        if (!Files.exists(indexFile())) {
            return entries;
        }
        int number = 0;
        for (var line : read(indexFile()).lines().toList()) {
            number++;
            var entry = IndexEntry.parse(line);
            if (entry.isEmpty()) {
                throw new CaException(
                        indexFile() + ":" + number
                                + ": this is no line of an index; put the file back from a backup, or remove the line.");
            }
            entries.add(entry.get());
        }
        return entries;
    }

    /**
     * The certificates a person means: all of that name, or the one with that serial number.
     *
     * @throws CaException when there is none
     */
    public List<IndexEntry> find(String nameOrSerial) throws CaException, IOException {
        var all = index();
        var named =
                all.stream().filter(entry -> entry.name().equals(nameOrSerial)).toList();
        if (!named.isEmpty()) {
            return named;
        }
        var serial = withoutZeros(nameOrSerial.replace(":", ""));
        var numbered = all.stream()
                .filter(entry -> withoutZeros(entry.serialText()).equalsIgnoreCase(serial))
                .toList();
        if (numbered.isEmpty()) {
            throw new CaException("No certificate has the name or serial number '" + nameOrSerial
                    + "'; `canary ca list` shows those there are.");
        }
        return numbered;
    }

    /** Programs differ in whether they pad a serial number to whole bytes. */
    private static String withoutZeros(String serial) {
        return serial.replaceFirst("^0+", "");
    }

    /** A certificate of the index. */
    public X509Certificate certificate(IndexEntry entry) throws CaException, IOException {
        return readCertificate(certificateFile(entry));
    }

    /** The newest revocation list; empty when there is none. */
    public Optional<X509CRL> crl() throws CaException, IOException {
        if (!Files.exists(crlFile())) {
            return Optional.empty();
        }
        return Optional.of(readCrl(crlFile()));
    }

    /** The revocation list of a file. */
    public static X509CRL readCrl(Path file) throws CaException, IOException {
        try {
            return Pem.readCrls(read(file)).stream()
                    .findFirst()
                    .orElseThrow(
                            () -> new CaException(
                                    file
                                            + " has no revocation list in PEM, which starts with -----BEGIN X509 CRL-----."));
        } catch (GeneralSecurityException e) {
            throw new CaException(file + " is damaged: " + e.getMessage(), e);
        }
    }

    /** All certificates of a file, at least one. */
    public static List<X509Certificate> readCertificates(Path file)
            throws CaException, IOException {
        try {
            var certificates = Pem.readCertificates(read(file));
            if (certificates.isEmpty()) {
                throw new CaException(
                        file
                                + " has no certificate in PEM, which starts with -----BEGIN CERTIFICATE-----.");
            }
            return certificates;
        } catch (GeneralSecurityException e) {
            throw new CaException(file + " is damaged: " + e.getMessage(), e);
        }
    }

    private static X509Certificate readCertificate(Path file) throws CaException, IOException {
        return readCertificates(file).getFirst();
    }

    void saveIndex(List<IndexEntry> entries) throws IOException {
        var text = new StringBuilder();
        entries.forEach(entry -> text.append(entry.line()).append('\n'));
        writePrivate(indexFile(), text.toString());
    }

    /** Takes the number of the next revocation list, so that none comes twice even if that list is then not written. */
    BigInteger takeCrlNumber() throws CaException, IOException {
        var number = BigInteger.ONE;
        if (Files.exists(crlNumberFile())) {
            try {
                number = new BigInteger(read(crlNumberFile()).strip(), 16);
            } catch (NumberFormatException e) {
                throw new CaException(
                        crlNumberFile()
                                + " is no hexadecimal number; write one larger than that of the newest list into it.",
                        e);
            }
        }
        writePrivate(crlNumberFile(), IndexEntry.serialText(number.add(BigInteger.ONE)) + "\n");
        return number;
    }

    /** What changes the folder, in its turn. */
    interface Change<T> {
        T run() throws CaException, IOException;
    }

    /**
     * Runs a change while no other thread or process runs one.
     *
     * @throws CaException when the lock is not free within half a minute
     */
    <T> T exclusively(Change<T> change) throws CaException, IOException {
        createFolder(folder);
        try (var channel = FileChannel.open(
                folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int i = 0; i < LOCK_TRIES; i++) {
                try (FileLock lock = channel.tryLock()) {
                    if (lock != null) {
                        return change.run();
                    }
                } catch (OverlappingFileLockException _) {
                    // Another thread of this process has it, which the JDK says by an exception.
                }
                pause();
            }
        }
        throw new CaException("Another program has had the lock " + folder.resolve(".lock")
                + " for half a minute; wait for it, or end it, and try again.");
    }

    private void pause() throws CaException {
        try {
            Thread.sleep(LOCK_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CaException("Interrupted while waiting for the lock of " + folder + ".", e);
        }
    }

    /** Puts everything that is there into a folder of its own, where it can be found again. */
    void putAside(String asideName) throws IOException {
        var aside = folder.resolve(asideName);
        createFolder(aside);
        for (var name : List.of(
                "ca.crt", "ca.key", "index.txt", "crl.pem", "crlnumber", "certs", "issued")) {
            var from = folder.resolve(name);
            if (Files.exists(from)) {
                Files.move(from, aside.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    /** Makes a folder that only its owner may enter, where there is none. */
    static void createFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
    }

    static void writePublic(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.US_ASCII), "rw-r--r--");
    }

    static void writePrivate(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.US_ASCII), "rw-------");
    }

    /** Writes beside it, to the disk, then over it. */
    static void write(Path file, byte[] content, String mode) throws IOException {
        var parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IOException(file + " is no file that can be written");
        }
        var temporary = Files.createTempFile(
                parent,
                "." + file.getFileName(),
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(mode));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        try (var channel = FileChannel.open(parent, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static String read(Path file) throws IOException {
        // PEM and the index are ASCII; other bytes can only stand in comments.
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }
}

// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.password.PasswordFileEditor;
import org.thecanary.credentials.password.PasswordFileException.UnreadableFile;
import org.thecanary.credentials.password.PasswordHash;
import org.thecanary.credentials.password.RandomPassword;
import org.thecanary.sensor.SensorOptions.Credential;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code canary up} keeps on disk: a mosquitto.conf, the users' hashes, their rules, and each client's own
 * credential. All of it is its owner's alone.
 *
 * <p>Every file is written whole or not at all, in an order in which each half-made folder can be told from one that a
 * person has changed: first a user's credential, then the hash. So a user with a credential and no hash was being made,
 * and gets the hash; what is there is kept.
 *
 * <p>Owner: confined to its creator; {@link #close} any thread.
 */
final class DataFolder implements AutoCloseable {
    static final String SENSOR = "sensor";
    static final String WEBAPP = "webapp";

    private static final Set<PosixFilePermission> OWNER_ONLY_FOLDER =
            PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> PASSABLE_FOLDER =
            PosixFilePermissions.fromString("rwx--x--x");
    private static final Set<PosixFilePermission> OWNER_ONLY_FILE =
            PosixFilePermissions.fromString("rw-------");

    /** Names that nobody else gives a file, as {@code passwd} would be; the first is made first. */
    private static final Set<String> OURS =
            Set.of(".lock", "sensor.credential", "webapp.credential", "canary.conf");

    private static final Pattern OUR_LISTENER =
            Pattern.compile("(?m)^listener ([0-9]{1,5}) (127\\.0\\.0\\.1|::1)$");

    private static final String ACL = """
            # Who may do what: a line with a user, then that user's topics. All else is refused.

            user sensor
            topic write sensor/data
            topic write sensor/status
            topic read sensor/instructions/#
            topic write sensor/+/data
            topic write sensor/+/status
            topic read sensor/+/instructions/#

            user webapp
            topic read sensor/#
            topic write sensor/instructions/#
            topic write sensor/+/instructions/#
            topic write sensor/alarms
            topic read $SYS/#
            """;

    /**
     * What a new folder is filled with.
     *
     * @param users who get a password each
     * @param acl the text of the ACL
     * @param configuration the text of the mosquitto.conf
     * @param shared whether another user of this machine may enter the folder, though not list it: the one the broker
     *     runs as
     * @param force whether texts that are there are replaced; each stays beside it, its name with a {@code ~}
     */
    record Recipe(
            List<String> users,
            String acl,
            Function<DataFolder, String> configuration,
            boolean shared,
            boolean force) {

        /** For this machine alone. */
        static Recipe local(int port) {
            return new Recipe(
                    List.of(SENSOR, WEBAPP), ACL, data -> data.localOnly(port), false, false);
        }
    }

    private final Path folder;
    private final FileChannel lock;
    private final SecureRandom random = new SecureRandom();
    private final List<Credential> created = new ArrayList<>();
    private final List<String> notices = new ArrayList<>();
    private final List<Path> made = new ArrayList<>();
    private final List<Path> kept = new ArrayList<>();

    private DataFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /**
     * Makes the folder, or what is missing in it.
     *
     * @param folder absolute
     * @param port for the listeners; empty: as they are, and 1883 at first
     * @throws IOException with a sentence, if that cannot be done
     */
    static DataFolder open(Path folder, OptionalInt port) throws IOException {
        return open(folder, Recipe.local(port.orElse(1883)), port);
    }

    /**
     * Makes the folder, or what is missing in it.
     *
     * @param folder absolute
     * @throws IOException with a sentence, if that cannot be done
     */
    static DataFolder open(Path folder, Recipe recipe) throws IOException {
        return open(folder, recipe, OptionalInt.empty());
    }

    private static DataFolder open(Path folder, Recipe recipe, OptionalInt port)
            throws IOException {
        make(folder, recipe.shared());
        DataFolder data = new DataFolder(folder, lock(folder));
        try {
            data.fill(recipe);
            if (port.isPresent()) {
                data.changePort(port.getAsInt());
            }
            return data;
        } catch (IOException e) {
            data.close();
            throw e instanceof AccessDeniedException denied
                    ? new IOException(denied.getFile() + ": permission denied.", denied)
                    : e;
        }
    }

    private static void make(Path folder, boolean shared) throws IOException {
        try {
            if (Files.isDirectory(folder)) {
                refuseTheFolderOfOthers(folder);
                // Others may have been let through on purpose, but have no business to look around.
                if (!Files.getPosixFilePermissions(folder).equals(PASSABLE_FOLDER)) {
                    Files.setPosixFilePermissions(folder, OWNER_ONLY_FOLDER);
                }
            } else {
                Path parent = folder.getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                Files.createDirectory(folder, attribute(OWNER_ONLY_FOLDER));
                if (shared) {
                    Files.setPosixFilePermissions(folder, PASSABLE_FOLDER);
                }
            }
        } catch (FileAlreadyExistsException e) {
            throw new IOException(e.getFile() + " is not a folder.", e);
        } catch (FileSystemException e) {
            String reason = e instanceof AccessDeniedException
                    ? "permission denied"
                    : Objects.requireNonNullElse(e.getReason(), "nothing can be made there");
            throw new IOException("cannot make " + folder + ": " + reason + ".", e);
        }
    }

    /** A mode is not changed, and no file put, where other things live: {@code --data /tmp}. */
    private static void refuseTheFolderOfOthers(Path folder) throws IOException {
        boolean strange = false;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (OURS.contains(name)) {
                    return;
                }
                strange = true;
            }
        }
        if (strange) {
            throw new IOException(folder + " holds files that are not Canary's."
                    + " Name an empty folder, or one that does not exist yet.");
        }
    }

    private static FileChannel lock(Path folder) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(
                    folder.resolve(".lock"),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    attribute(OWNER_ONLY_FILE));
        } catch (IOException e) {
            throw new IOException("cannot write to " + folder + ".", e);
        }
        FileLock held = null;
        try {
            held = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by this very program; told below.
        } finally {
            if (held == null) {
                channel.close();
            }
        }
        if (held == null) {
            throw new IOException("another `canary up` is running with " + folder + ".");
        }
        return channel;
    }

    private void fill(Recipe recipe) throws IOException {
        removeLeftovers();
        for (String name : recipe.users()) {
            user(name);
        }
        text(aclFile(), recipe.acl(), recipe.force());
        text(config(), recipe.configuration().apply(this), recipe.force());
    }

    /** Writes a text where there is none; where there is another one only by force, and keeps that beside it. */
    void text(Path file, String text, boolean force) throws IOException {
        if (!isMissing(file)) {
            if (!force || Files.readString(file).equals(text)) {
                kept.add(file);
                return;
            }
            Path former = file.resolveSibling(file.getFileName() + "~");
            Files.copy(
                    file,
                    former,
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.COPY_ATTRIBUTES);
            notices.add("The former " + file + " is now " + former + ".");
        }
        write(file, text);
        made.add(file);
    }

    private void removeLeftovers() throws IOException {
        try (DirectoryStream<Path> halves = Files.newDirectoryStream(folder, ".*.new")) {
            for (Path half : halves) {
                Files.delete(half);
            }
        }
    }

    private void user(String name) throws IOException {
        Path file = credentialFile(name);
        Credential credential = readable(file, name);
        boolean madeNow = credential == null;
        if (credential == null) {
            credential = new Credential(name, RandomPassword.next(random));
            forget(name);
            write(file, CredentialFile.text(credential));
            created.add(credential);
            made.add(file);
        } else if (CredentialFile.isExposed(file)) {
            Files.setPosixFilePermissions(file, OWNER_ONLY_FILE);
            notices.add(file + " could be read by others; its mode is 0600 again.");
        }
        if (!madeNow) {
            kept.add(file);
        }
        PasswordFileEditor users = users();
        if (madeNow || !users.contains(name)) {
            users.put(
                    name,
                    PasswordHash.pbkdf2(
                            credential.password().getBytes(UTF_8),
                            RandomPassword.PBKDF2_ITERATIONS,
                            random));
            users.save();
        }
    }

    private @Nullable Credential readable(Path file, String name) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            Credential credential = CredentialFile.read(file, null);
            if (credential.username().equals(name)) {
                return credential;
            }
            notices.add(file + " is another user's. It is replaced, with a new password.");
            return null;
        } catch (CredentialFile.Malformed e) {
            notices.add(e.getMessage() + " It is replaced, with a new password.");
            return null;
        }
    }

    /** So that a credential is never beside the hash of another password. */
    private void forget(String name) throws IOException {
        PasswordFileEditor users = users();
        if (users.delete(name)) {
            users.save();
            notices.add("User " + name + " had no credential in " + credentialFile(name)
                    + ", so the password is a new one.");
        }
    }

    private PasswordFileEditor users() throws CredentialFile.Unreadable {
        try {
            return Files.exists(passwordFile())
                    ? PasswordFileEditor.open(passwordFile())
                    : PasswordFileEditor.create(passwordFile());
        } catch (UnreadableFile e) {
            throw new CredentialFile.Unreadable(String.valueOf(e.getMessage()));
        }
    }

    /** The listeners that this machine alone can reach. */
    static String localListeners(int port) {
        return "listener " + port + " 127.0.0.1\n"
                + (hasIpv6() ? "listener " + port + " ::1\n" : "");
    }

    private String localOnly(int port) {
        return """
                # Made by `canary up`, which keeps what is changed here; `canary up -p PORT` changes the port below.
                # `canary broker -c` and mosquitto itself read it too.

                """
                + localListeners(port)
                + "\nallow_anonymous false\npassword_file "
                + passwordFile()
                + "\nacl_file "
                + aclFile()
                + "\n\npersistence true\npersistence_file canary.db\npersistence_location "
                + folder
                + "\n\n# A web app that writes many measurements to the disk together acknowledges them together.\n"
                + "max_inflight_messages 2000\n\nlog_dest stderr\nlog_type error\nlog_type warning\nlog_timestamp_format %H:%M:%S\n";
    }

    private static boolean hasIpv6() {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.ofLiteral("::1"), 0));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void changePort(int port) throws IOException {
        String before = Files.readString(config());
        Matcher listeners = OUR_LISTENER.matcher(before);
        String after = listeners.replaceAll("listener " + port + " $2");
        if (listeners.reset().results().findAny().isEmpty()) {
            notices.add("-p is ignored: " + config()
                    + " no longer has the listeners it was made with.");
        } else if (!after.equals(before)) {
            write(config(), after);
        }
    }

    private static boolean isMissing(Path file) throws IOException {
        return !Files.exists(file) || Files.size(file) == 0;
    }

    void write(Path file, String text) throws IOException {
        Path half = Files.createTempFile(
                folder, "." + file.getFileName(), ".new", attribute(OWNER_ONLY_FILE));
        try (FileChannel channel = FileChannel.open(half, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static FileAttribute<Set<PosixFilePermission>> attribute(
            Set<PosixFilePermission> mode) {
        return PosixFilePermissions.asFileAttribute(mode);
    }

    Path folder() {
        return folder;
    }

    /** The mosquitto.conf. */
    Path config() {
        return folder.resolve("canary.conf");
    }

    /** The credential of one of the users. */
    Path credentialFile(String user) {
        return folder.resolve(user + ".credential");
    }

    Path passwordFile() {
        return folder.resolve("passwd");
    }

    Path aclFile() {
        return folder.resolve("acl");
    }

    /** The users who got a password just now. */
    List<Credential> created() {
        return List.copyOf(created);
    }

    /** What a person should hear about the folder: sentences. */
    List<String> notices() {
        return List.copyOf(notices);
    }

    /** Files that were made just now, and those that stayed as they were. */
    List<Path> made() {
        return List.copyOf(made);
    }

    List<Path> kept() {
        return List.copyOf(kept);
    }

    /** Lets another program have the folder; what is in it stays. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            // The lock ends with the program.
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thecanary.web.Administration;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The administration channel: HTTP on a UNIX socket that belongs to the broker's user alone, in a folder that does so,
 * too. Whoever can open it may do all.
 *
 * <p>The folder is {@code $XDG_RUNTIME_DIR/canary}, or {@code /run/canary} for root, or one in {@code /tmp} by the user's
 * name, or one in {@code /run} by the name of the user that root has become; the socket is named after the broker's first port.
 */
final class AdminSocket {
    private static final Logger LOG = LoggerFactory.getLogger("broker");
    private static final String SUFFIX = ".sock";

    /** Root alone makes folders here. */
    private static final Path RUN = Path.of("/run");

    private static final String FORMER_ROOT = "canary-";
    private static final FileAttribute<?> OURS_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private AdminSocket() {}

    /** What the broker said. */
    record Answer(int status, String body) {}

    private static Path folder(Map<String, String> environment) {
        Path madeByRoot = ofFormerRoot(System.getProperty("user.name"));
        if (Files.isDirectory(madeByRoot)) {
            return madeByRoot;
        }
        String runtime = environment.get("XDG_RUNTIME_DIR");
        if (runtime != null && runtime.startsWith("/")) {
            return Path.of(runtime, "canary");
        }
        String user = System.getProperty("user.name");
        return user.equals("root") ? Path.of("/run/canary") : Path.of("/tmp", "canary-" + user);
    }

    private static Path ofFormerRoot(String user) {
        return RUN.resolve(FORMER_ROOT + user);
    }

    /** For a broker that root has started and that becomes this user: root finds it there. */
    static void makeFolderFor(String user) {
        Path folder = ofFormerRoot(user);
        try {
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(folder, OURS_ALONE);
            }
            Files.setOwner(
                    folder,
                    folder.getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByName(user));
        } catch (IOException e) {
            LOG.warn(
                    "There is no folder for the administration channel: {}", CliErrors.sentence(e));
        }
    }

    /** Where the sockets of this user's brokers are; for root those of the brokers it has started, too. */
    private static List<Path> folders() throws IOException {
        List<Path> folders = new ArrayList<>(List.of(folder(System.getenv())));
        if (System.getProperty("user.name").equals("root") && Files.isDirectory(RUN)) {
            try (DirectoryStream<Path> others = Files.newDirectoryStream(RUN, FORMER_ROOT + "*")) {
                others.forEach(folders::add);
            }
        }
        folders.removeIf(folder -> !Files.isDirectory(folder));
        return folders;
    }

    /**
     * Where a broker's socket is to be. Makes the folder, and removes a socket that nobody listens on any more.
     *
     * @throws IOException if another broker listens there, or the folder is not ours alone
     */
    static Path prepare(int port) throws IOException {
        Path folder = folder(System.getenv());
        try {
            Files.createDirectories(folder.getParent());
            Files.createDirectory(folder, OURS_ALONE);
        } catch (FileAlreadyExistsException e) {
            checkOurs(folder);
        }
        Path socket = folder.resolve(port + SUFFIX);
        if (Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            try (SocketChannel _ = connect(socket)) {
                throw new IOException("another broker listens on " + socket);
            } catch (ConnectException e) {
                Files.delete(socket);
            }
        }
        return socket;
    }

    private static void checkOurs(Path folder) throws IOException {
        String user = System.getProperty("user.name");
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                || !Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).getName().equals(user)
                || !PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))
                        .endsWith("------")) {
            throw new IOException(folder + " is not " + user + "'s alone");
        }
    }

    /** Lets nobody else in, once the socket is there. */
    static void protect(Path socket) throws IOException {
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    }

    /** The channel of this user's broker on a port, looked for each time: a broker comes and goes. */
    static Administration ofPort(int port) {
        return path -> {
            Path socket = folder(System.getenv()).resolve(port + SUFFIX);
            for (Path folder : folders()) {
                if (Files.exists(folder.resolve(port + SUFFIX))) {
                    socket = folder.resolve(port + SUFFIX);
                }
            }
            return at(socket).ask(path);
        };
    }

    /** The channel of the broker with that socket. */
    static Administration at(Path socket) {
        return path -> {
            if (!Files.exists(socket)) {
                return Administration.NONE.ask(path);
            }
            Answer answer = ask(socket, "GET", path, "application/json");
            if (answer.status() != 200) {
                throw new IOException("the broker answered " + answer.status());
            }
            return answer.body();
        };
    }

    /**
     * The socket of the broker that runs.
     *
     * @throws IOException if there is none, or more than one
     */
    static Path find() throws IOException {
        List<Path> sockets = new ArrayList<>();
        for (Path folder : folders()) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(file -> file.toString().endsWith(SUFFIX))
                        .filter(AdminSocket::isListening)
                        .forEach(sockets::add);
            }
        }
        if (sockets.isEmpty()) {
            throw new IOException(
                    "no broker of this user runs here (" + folder(System.getenv()) + ").");
        }
        if (sockets.size() > 1) {
            throw new IOException("several brokers run here; name one: --socket "
                    + String.join(" or ", sockets.stream().map(Path::toString).toList()));
        }
        return sockets.getFirst();
    }

    private static boolean isListening(Path socket) {
        try (SocketChannel _ = connect(socket)) {
            return true;
        } catch (IOException e) {
            return false; // of a broker that was killed
        }
    }

    private static SocketChannel connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Asks a broker.
     *
     * @param path with its query, encoded
     * @param type the Content-Type that is wanted
     */
    static Answer ask(Path socket, String method, String path, String type) throws IOException {
        try (SocketChannel channel = connect(socket)) {
            String request = method + " " + path + " HTTP/1.1\r\nHost: canary\r\nAccept: " + type
                    + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(ISO_8859_1));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteBuffer some = ByteBuffer.allocate(64 * 1024);
            while (channel.read(some) >= 0) {
                answer.write(some.array(), 0, some.position());
                some.clear();
            }
            // Our server ends each answer with the connection, and sends no chunks.
            String whole = answer.toString(UTF_8);
            int end = whole.indexOf("\r\n\r\n");
            if (end < 0 || !whole.startsWith("HTTP/1.1 ")) {
                throw new IOException("no answer from " + socket);
            }
            return new Answer(Integer.parseInt(whole.substring(9, 12)), whole.substring(end + 4));
        } catch (ConnectException e) {
            throw new IOException("nobody listens on " + socket + ": the broker has ended.", e);
        } catch (SocketException e) {
            throw new IOException(socket + ": " + e.getMessage() + ".", e);
        }
    }

    /** A text as part of a query. */
    static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}

// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.password.PasswordFileEditor;
import org.thecanary.credentials.password.PasswordFileException;
import org.thecanary.credentials.password.PasswordHash;
import org.thecanary.credentials.password.RandomPassword;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** {@code canary passwd}: what {@code mosquitto_passwd} is called with, its exit codes and texts. */
@Command(
        name = "passwd",
        description = "Change the users and passwords of a password file.",
        synopsisHeading = "",
        customSynopsis = {
            "Usage: canary passwd [-H KIND] [-I N] [-c | -D] FILE USER",
            "       canary passwd [-H KIND] [-I N] [-c] -b FILE USER PASSWORD",
            "       canary passwd [-H KIND] [-I N] [-c] -g FILE USER",
            "       canary passwd [-H KIND] [-I N] -U FILE"
        },
        optionListHeading = "%n",
        footer = {
            "",
            "The password is asked for twice and not shown. Where there is no terminal it is a line of standard"
                    + " input, and a second line, if there is one, must be the same.",
            "-g prints the password once, alone on standard output. It has 128 bits of chance, so that "
                    + RandomPassword.PBKDF2_ITERATIONS
                    + " iterations are enough: its hash costs the broker less than a millisecond where that of a"
                    + " chosen one costs 0.1 s.",
            "Options come before FILE. Lines that are no users, and the order of all, stay as they are; the file is"
                    + " replaced whole, and a new one is its owner's alone (0600).",
            "Exit codes: 0 done, 1 not done, 2 the two passwords differ.",
            "",
            "Examples:",
            "  canary passwd -c passwords sensor",
            "  printf '%%s\\n' \"$PASSWORD\" | canary passwd passwords webapp",
            "  (umask 077; canary passwd -g passwords sensor > sensor.credential)",
            "  canary passwd -D passwords sensor"
        })
final class PasswdCommand implements Callable<Integer> {
    private static final int NOT_DONE = 1;
    private static final int DIFFERENT = 2;
    private static final int MAX_PASSWORD_BYTES = 65_535;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "-b",
            description =
                    "Take the password from the command line, where others on this machine can see it.")
    private boolean batch;

    @Option(
            names = "-c",
            description =
                    "Make a new file, over one that is there. With - for FILE: print the line.")
    private boolean create;

    @Option(names = "-g", description = "Make a password nobody has to invent, and print it.")
    private boolean generate;

    @Option(names = "-D", description = "Delete the user.")
    private boolean delete;

    @Option(names = "-U", description = "Replace passwords in plain text by hashes.")
    private boolean update;

    @Option(
            names = "-H",
            paramLabel = "KIND",
            description =
                    "sha512-pbkdf2 (default), argon2id (not for mosquitto 2.0), or sha512 (weak, for mosquitto 1).")
    private String hash = "sha512-pbkdf2";

    @Option(
            names = "-I",
            paramLabel = "N",
            description = "Iterations of sha512-pbkdf2. Default: "
                    + PasswordHash.DEFAULT_PBKDF2_ITERATIONS
                    + ", and " + RandomPassword.PBKDF2_ITERATIONS + " with -g.")
    private @Nullable String iterations;

    @Option(
            names = {"--help", "-h"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli shows the help where this is set
    private boolean help;

    @Parameters(hidden = true)
    private List<String> arguments = List.of();

    private final SecureRandom random = new SecureRandom();
    private final SecretPrompt prompt = SecretPrompt.ofProcess();

    /** A reason to end with {@link #NOT_DONE}; the message is the line to print. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String line) {
            super(line);
        }
    }

    @Override
    public Integer call() {
        try {
            var hasher = hasher();
            checkCombination();
            run(hasher);
            return 0;
        } catch (Refused e) {
            System.err.println(e.getMessage());
            return NOT_DONE;
        } catch (SecretPrompt.MismatchException e) {
            System.err.println("Error: Passwords do not match.");
            return DIFFERENT;
        } catch (PasswordFileException e) {
            System.err.println("Error: " + e.getMessage());
            return NOT_DONE;
        } catch (IOException e) {
            System.err.println(
                    "Error: Unable to write " + arguments.getFirst() + ": " + CliErrors.reason(e));
            return NOT_DONE;
        }
    }

    private void run(Function<byte[], PasswordHash> hasher)
            throws Refused, IOException, PasswordFileException, SecretPrompt.MismatchException {
        int wanted = update ? 1 : batch ? 3 : 2;
        // As mosquitto_passwd, which lets more pass with -c and -D only.
        if (arguments.size() < wanted || (arguments.size() > wanted && !create && !delete)) {
            throw new Refused(missing());
        }
        var file = Path.of(arguments.getFirst());
        if (update) {
            open(file);
            PasswordFileEditor.edit(file, editor -> editor.hashPlainText(hasher) > 0);
            return;
        }
        var user = checkUser(arguments.get(1));
        if (delete) {
            open(file);
            if (!PasswordFileEditor.edit(file, editor -> editor.delete(user))) {
                throw new Refused("Warning: User " + user + " not found in password file.");
            }
            return;
        }
        put(file, user, hasher);
    }

    private void put(Path file, String user, Function<byte[], PasswordHash> hasher)
            throws Refused, IOException, PasswordFileException, SecretPrompt.MismatchException {
        if (!create) {
            open(file);
        }
        var password = password();
        if (password.length == 0 && !batch) {
            throw new Refused("Error: Empty password.");
        }
        if (password.length > MAX_PASSWORD_BYTES) {
            throw new Refused("Error: Password must be less than 65536 characters long.");
        }
        var secret = hasher.apply(password);
        var known = new AtomicBoolean();
        if (create) {
            var editor = PasswordFileEditor.create(file);
            editor.put(user, secret);
            if (file.toString().equals("-")) {
                System.out.write(editor.content());
                System.out.flush();
                return;
            }
            editor.save();
        } else {
            // Asked and hashed before: a person at the prompt must not keep others waiting.
            PasswordFileEditor.edit(file, editor -> {
                known.set(editor.put(user, secret));
                return true;
            });
        }
        var done = (known.get() ? "Updating" : "Adding") + " password for user " + user;
        if (generate) {
            System.err.println(done); // so that the password can go into a file or a variable
            System.out.println(new String(password, StandardCharsets.UTF_8));
        } else {
            System.out.println(done);
        }
    }

    private byte[] password() throws IOException, SecretPrompt.MismatchException {
        if (generate) {
            return RandomPassword.next(random).getBytes(StandardCharsets.UTF_8);
        }
        return batch
                ? arguments.get(2).getBytes(StandardCharsets.UTF_8)
                : prompt.askTwice("Password: ", "Reenter password: ");
    }

    private void checkCombination() throws Refused {
        if (create && delete) {
            throw new Refused("Error: -c and -D cannot be used together.");
        }
        if (create && update) {
            throw new Refused("Error: -c and -U cannot be used together.");
        }
        if (delete && update) {
            throw new Refused("Error: -D and -U cannot be used together.");
        }
        if (delete && batch) {
            throw new Refused("Error: -b and -D cannot be used together.");
        }
        if (generate && (batch || delete || update)) {
            throw new Refused("Error: -g and " + (batch ? "-b" : delete ? "-D" : "-U")
                    + " cannot be used together.");
        }
        if (generate && !arguments.isEmpty() && arguments.getFirst().equals("-")) {
            throw new Refused("Error: -g and - for FILE cannot be used together:"
                    + " the password and the line would both go to standard output.");
        }
    }

    private String missing() {
        if (create) {
            return batch
                    ? "Error: -c argument given but password file, username, or password missing."
                    : "Error: -c argument given but password file or username missing.";
        }
        if (delete) {
            return "Error: -D argument given but password file or username missing.";
        }
        if (update) {
            return "Error: -U argument given but password file missing.";
        }
        return usage();
    }

    private String usage() {
        return spec == null ? "" : spec.commandLine().getUsageMessage().strip();
    }

    private Function<byte[], PasswordHash> hasher() throws Refused {
        int usual = generate
                ? RandomPassword.PBKDF2_ITERATIONS
                : PasswordHash.DEFAULT_PBKDF2_ITERATIONS;
        int count = iterations == null ? usual : number(iterations);
        return switch (hash) {
            case "sha512-pbkdf2" -> password -> PasswordHash.pbkdf2(password, count, random);
            case "argon2id" -> password -> PasswordHash.argon2id(password, random);
            case "sha512" -> password -> PasswordHash.sha512(password, random);
            default -> throw new Refused("Error: Unknown hash type '" + hash + "'");
        };
    }

    private static int number(String text) throws Refused {
        int number;
        try {
            number = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            number = 0;
        }
        if (number < 1) {
            throw new Refused("Error: Number of iterations must be > 0.");
        }
        if (number > PasswordHash.MAX_PBKDF2_ITERATIONS) {
            throw new Refused("Error: Number of iterations must be at most "
                    + PasswordHash.MAX_PBKDF2_ITERATIONS + ".");
        }
        return number;
    }

    private static String checkUser(String user) throws Refused {
        var refusal = PasswordFileEditor.refusal(user);
        if (refusal.isEmpty()) {
            return user;
        }
        if (user.getBytes(StandardCharsets.UTF_8).length > MAX_PASSWORD_BYTES) {
            throw new Refused("Error: Username must be less than 65536 characters long.");
        }
        if (user.chars().anyMatch(Character::isISOControl)) {
            throw new Refused("Error: Username must not contain control characters.");
        }
        if (user.contains(":")) {
            throw new Refused("Error: Username must not contain the ':' character.");
        }
        throw new Refused("Error: " + refusal.get());
    }

    private static void open(Path file) throws Refused {
        try {
            // Tells the reason as mosquitto_passwd does; the editor has sentences of its own.
            Files.newByteChannel(file).close();
            PasswordFileEditor.open(file);
        } catch (NoSuchFileException e) {
            throw new Refused(
                    "Error: Unable to open password file " + file + ". No such file or directory.");
        } catch (AccessDeniedException e) {
            throw new Refused(
                    "Error: Unable to open password file " + file + ". Permission denied.");
        } catch (IOException | PasswordFileException e) {
            throw new Refused(
                    "Error: Unable to open password file " + file + ". " + e.getMessage());
        }
    }

    /** As mosquitto_passwd: options come first, and what follows the file may start with a dash. */
    static void configure(CommandLine passwd) {
        passwd.setPosixClusteredShortOptionsAllowed(false)
                .setStopAtPositional(true)
                .setUnmatchedOptionsArePositionalParams(true);
    }

    /** What mosquitto_passwd says to arguments it cannot read; it ends with 1 then. */
    static int parameterError(ParameterException e) {
        if (e instanceof MissingParameterException missing
                && !missing.getMissing().isEmpty()) {
            var name = missing.getMissing().getFirst();
            if (name instanceof OptionSpec option) {
                System.err.println("Error: " + option.longestName()
                        + " argument given but not enough other arguments.");
                return NOT_DONE;
            }
        }
        System.err.println("Error: " + e.getMessage());
        System.err.println(e.getCommandLine().getUsageMessage().strip());
        return NOT_DONE;
    }
}

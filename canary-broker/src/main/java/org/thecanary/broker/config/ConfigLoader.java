// SPDX-License-Identifier: Apache-2.0
package org.thecanary.broker.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.thecanary.broker.config.Directive.BadValue;
import org.thecanary.broker.config.Directive.Scope;
import org.thecanary.broker.config.Directive.Status;
import org.thecanary.broker.config.Directive.Value;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a mosquitto.conf and what it includes, by the rules of {@link ConfFile} and the rows of {@link Directives}.
 *
 * <p>Goes on after a problem, so that one run reports all of them. Blocks on files: never on a loop. Owner: confined to
 * its creator.
 */
public final class ConfigLoader {
    private final List<Problem> problems = new ArrayList<>();
    private int metAtOpening;
    private final List<Problem> notices = new ArrayList<>();
    private final Draft draft = new Draft(notices);
    private final List<Path> files = new ArrayList<>();

    private ConfigLoader() {}

    /**
     * A configuration without problems.
     *
     * @param notices what the operator should read although the broker starts, in the order of the lines
     * @param files what was read: files, and directories of files
     */
    public record Loaded(BrokerConfig config, List<Problem> notices, List<Path> files) {
        public Loaded {
            notices = List.copyOf(notices);
            files = List.copyOf(files);
        }
    }

    /**
     * Reads a file and what it includes.
     *
     * @param file as the operator wrote it, so that messages repeat it
     * @param ports of the command line; they count only where the file opens no port itself, and 1883 where empty
     * @throws ConfigException with every problem found, if there is any
     */
    public static Loaded load(Path file, List<Integer> ports) throws ConfigException {
        ConfigLoader loader = new ConfigLoader();
        loader.file(file, true);
        return loader.result(file.toString(), ports);
    }

    /**
     * A configuration with all that is wrong with it.
     *
     * @param config what could be read of it
     */
    public record Checked(List<Problem> problems, List<Problem> notices, BrokerConfig config) {
        public Checked {
            problems = List.copyOf(problems);
            notices = List.copyOf(notices);
        }
    }

    /** Reads a file and what it includes, as far as it can be read. */
    public static Checked check(Path file) {
        ConfigLoader loader = new ConfigLoader();
        loader.file(file, true);
        loader.finish(file.toString());
        return new Checked(loader.problems, loader.notices, loader.draft.build(List.of()));
    }

    /** As {@link #load}, for the bytes of a main file. */
    static Loaded parse(String file, byte[] bytes, List<Integer> ports) throws ConfigException {
        ConfigLoader loader = new ConfigLoader();
        loader.options(file, bytes, true);
        return loader.result(file, ports);
    }

    private void finish(String file) {
        problems.addAll(draft.contradictions());
        draft.at(file, 0);
        draft.finish(problems);
    }

    private Loaded result(String file, List<Integer> ports) throws ConfigException {
        finish(file);
        if (!problems.isEmpty()) {
            throw new ConfigException(
                    problems.size() == metAtOpening
                            ? ConfigException.UNUSABLE
                            : ConfigException.INVALID,
                    problems);
        }
        boolean opensPort = draft.portAsked;
        if (opensPort && !ports.isEmpty()) {
            notices.add(new Problem(file, 0, "the file opens a port, so -p is ignored."));
        }
        return new Loaded(draft.build(ports), notices, files);
    }

    /** What runs without a file: each port on 127.0.0.1 and ::1, anonymous clients allowed. */
    public static BrokerConfig withoutFile(List<Integer> ports) {
        return new Draft(new ArrayList<>()).build(ports);
    }

    private void file(Path file, boolean main) {
        files.add(file);
        String name = file.toString();
        byte[] bytes;
        try {
            bytes = TextLines.read(file);
        } catch (IOException e) {
            problems.add(new Problem(
                    name,
                    0,
                    "Error: Unable to open config file '" + name + "'.\n    Reason: "
                            + TextLines.reason(e) + "."));
            return;
        }
        options(name, bytes, main);
    }

    private void options(String file, byte[] bytes, boolean main) {
        // Options bind to a listener of their own file only.
        Draft.Listener outer = draft.current;
        draft.current = null;
        draft.plugin = null;
        List<ConfFile.Option> options = ConfFile.parse(file, bytes, problems);
        boolean inBridge = false;
        for (int i = 0; i < options.size(); i++) {
            ConfFile.Option option = options.get(i);
            draft.at(file, option.number());
            Directive directive = Directives.find(option.name());
            boolean bridge = directive != null && directive.scope() == Scope.BRIDGE;
            if (bridge && inBridge) {
                continue; // the line with connection has said it
            }
            inBridge |= bridge && option.name().equals("connection");
            try {
                if (directive == null) {
                    throw unknown(option);
                }
                if (directive.name().equals("include_dir")) {
                    include(option, main);
                } else {
                    warnOfDefaultListener(directive, options, i);
                    apply(directive, option);
                }
            } catch (BadValue e) {
                problems.add(new Problem(file, option.number(), String.valueOf(e.getMessage())));
                metAtOpening += e.atOpening ? 1 : 0;
            }
        }
        draft.current = outer;
        draft.plugin = null;
    }

    private static BadValue unknown(ConfFile.Option option) {
        if (option.name().indexOf('\t') >= 0) {
            return new BadValue("\""
                    + option.name().replace("\t", "<TAB>")
                    + "\": mosquitto separates with a space, not a tab.");
        }
        String near = Nearest.name(option.name());
        return new BadValue("unknown option \""
                + option.name()
                + "\""
                + (near == null ? "" : " (did you mean " + near + "?)")
                + ". Not started: a misspelt security option would leave the broker"
                + " open.");
    }

    private void include(ConfFile.Option option, boolean main) throws BadValue {
        if (!main) {
            throw new BadValue("include_dir works only in the main file.");
        }
        if (option.text().isEmpty()) {
            throw new BadValue("include_dir without a directory.");
        }
        List<Path> included;
        try {
            Path directory = Draft.path(option.rest());
            included = ConfFile.included(directory);
            files.add(directory);
        } catch (IOException e) {
            boolean blanks = !option.rest().equals(option.text());
            throw new BadValue("include_dir "
                    + (blanks ? "\"" + option.rest() + "\"" : option.rest())
                    + " cannot be read: "
                    + TextLines.reason(e)
                    + "."
                    + (blanks ? " The blanks around it are part of its name." : ""));
        }
        for (Path file : included) {
            file(file, false);
        }
    }

    private void warnOfDefaultListener(
            Directive directive, List<ConfFile.Option> options, int index) {
        if (directive.scope() != Scope.LISTENER
                || directive.value() == null
                || draft.current != null
                || draft.defaultListener != null) {
            return;
        }
        String name = directive.name();
        for (ConfFile.Option later : options.subList(index, options.size())) {
            if (later.name().equals("listener")) {
                draft.notice(name
                        + " before the first listener opens a hidden listener on port 1883"
                        + " (as mosquitto does). Move it below line "
                        + later.number()
                        + ".");
                return;
            }
        }
        draft.notice(name
                + " belongs to a listener, and without one has no effect. Write above it: "
                + " listener 1883");
    }

    private void apply(Directive directive, ConfFile.Option option) throws BadValue {
        String name = option.name();
        switch (directive.status()) {
            case Status.NotYet(String why) ->
                throw new BadValue(name + " is not supported yet: " + why);
            case Status.Never(String why) -> throw new BadValue(name + " is not supported: " + why);
            case Status.Notice(String why) -> draft.notice(name + " has no effect: " + why);
            case Status.Works() -> {}
        }
        requireListener(directive);
        Value value = directive.value();
        if (value != null) {
            set(directive, value, option);
        }
    }

    private void requireListener(Directive directive) throws BadValue {
        boolean missing = switch (directive.scope()) {
            case LISTENER_FIRST -> draft.current == null;
            case NAMED_LISTENER -> draft.current == null || draft.current == draft.defaultListener;
            case SECURITY -> draft.perListenerSettings && draft.current == null;
            case GLOBAL, LISTENER, PLUGIN, BRIDGE -> false;
        };
        if (missing) {
            throw new BadValue(directive.name()
                    + " binds to the listener above it, and there is none. Move it below a"
                    + " listener line.");
        }
    }

    private void set(Directive directive, Value value, ConfFile.Option option) throws BadValue {
        List<String> words = option.words();
        if (words.isEmpty() || (value instanceof Value.Text && option.text().isEmpty())) {
            throw new BadValue(option.name() + " without a value.");
        }
        String first = words.getFirst();
        switch (value) {
            case Value.Flag(Directive.FlagSetter setter) -> setter.set(draft, flag(option, first));
            case Value.Whole(int min, int max, Directive.WholeSetter setter) ->
                setter.set(draft, CNumber.parse(option.name(), first, min, max));
            case Value.Text(boolean once, Directive.TextSetter setter) -> {
                String text = text(option);
                if (once && !draft.writtenOnce.add(directive.name() + owner(directive))) {
                    throw new BadValue("a second " + option.name() + ". Keep one of them.");
                }
                setter.set(draft, text);
            }
            case Value.Words(Directive.WordsSetter setter) -> setter.set(draft, words, option);
        }
    }

    /** Tells apart the listeners that may each have their own of an option that is written once. */
    private String owner(Directive directive) {
        boolean ofListener = switch (directive.scope()) {
            case LISTENER, LISTENER_FIRST, NAMED_LISTENER -> true;
            case SECURITY -> draft.perListenerSettings;
            case GLOBAL, PLUGIN, BRIDGE -> false;
        };
        return ofListener ? "@" + draft.listeners.indexOf(draft.currentListener()) : "";
    }

    private static boolean flag(ConfFile.Option option, String word) throws BadValue {
        return switch (word) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default ->
                throw new BadValue(option.name()
                        + " is true or false, not \""
                        + word.replace("\t", "<TAB>")
                        + "\".");
        };
    }

    /** What Unicode keeps for no character, and mosquitto for malformed. */
    private static boolean isNoncharacter(int codePoint) {
        return (codePoint & 0xFFFE) == 0xFFFE || (codePoint >= 0xFDD0 && codePoint <= 0xFDEF);
    }

    private String text(ConfFile.Option option) throws BadValue {
        String text = option.text();
        if (text.getBytes(UTF_8).length > 65_535) {
            throw new BadValue(option.name() + ": the value is longer than 65,535 bytes.");
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new BadValue(option.name() + ": the value holds a control character.");
        }
        if (text.codePoints().anyMatch(ConfigLoader::isNoncharacter)) {
            throw new BadValue(
                    option.name() + ": the value holds a code point that is no character.");
        }
        if (text.contains(" #")) {
            draft.notice("the value of "
                    + option.name()
                    + " is \""
                    + text
                    + "\": a comment has to be a line of its own.");
        }
        return text;
    }
}

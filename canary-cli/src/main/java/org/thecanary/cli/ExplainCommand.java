// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.auth.Explanation;
import org.thecanary.broker.auth.Explanation.Action;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.broker.config.ConfigLoader;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.mqtt.topic.InvalidTopicException;
import org.thecanary.mqtt.topic.TopicFilter;
import org.thecanary.mqtt.topic.TopicName;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code canary explain}: whether a client may do something, by which line, and what would change it. */
@Command(
        name = "explain",
        description = "Say whether a client may publish, subscribe or receive, and why.",
        mixinStandardHelpOptions = true,
        versionProvider = Canary.Version.class,
        exitCodeOnInvalidInput = ConfigException.INVALID,
        footer = {
            "",
            "It asks the broker's own rules. A file with a mistake is refused as the broker refuses it.",
            "Exit codes: 0 allowed on every listener, 1 denied on one, 3 configuration, 13 unreadable file."
        })
final class ExplainCommand implements Callable<Integer> {
    /** What the program exits with where the answer is no. */
    static final int DENIED = 1;

    /** What a client can want. */
    enum Wish {
        publish,
        subscribe,
        receive
    }

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = {"-c", "--config-file"},
            paramLabel = "FILE",
            required = true,
            description = "A mosquitto.conf.")
    @SuppressWarnings("NullAway.Init")
    private Path configFile;

    @Option(
            names = {"-u", "--user"},
            paramLabel = "USER",
            description = "The user name; without it, a client that has none.")
    private @Nullable String user;

    @Option(
            names = {"-i", "--client-id"},
            paramLabel = "ID",
            description = "The Client Identifier, which patterns with %%c are about.")
    private String clientId = "";

    @Option(
            names = {"-t", "--topic"},
            paramLabel = "TOPIC",
            required = true,
            description = "The topic, or the Topic Filter of a subscription.")
    @SuppressWarnings("NullAway.Init")
    private String topic;

    @Option(
            names = {"-a", "--action"},
            paramLabel = "ACTION",
            required = true,
            description = "One of publish, subscribe and receive.")
    @SuppressWarnings("NullAway.Init")
    private Wish action;

    @Override
    public Integer call() {
        BrokerConfig config;
        List<AccessRules> rules;
        try {
            config = ConfigLoader.load(configFile, List.of()).config();
            rules = AccessRules.load(config.listeners());
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            return e.exitCode();
        }
        // Listeners that say the same are named together.
        Map<List<String>, List<String>> answers = new LinkedHashMap<>();
        boolean allowed = true;
        for (int i = 0; i < rules.size(); i++) {
            List<String> answer = new ArrayList<>();
            allowed &= explain(config, config.listeners().get(i), rules.get(i), answer);
            answers.computeIfAbsent(answer, _ -> new ArrayList<>())
                    .add(config.listeners().get(i).describe());
        }
        answers.forEach((answer, listeners) -> {
            if (answers.size() > 1) {
                System.out.println(String.join(", ", listeners) + ":");
            }
            answer.forEach(System.out::println);
        });
        return allowed ? 0 : DENIED;
    }

    private boolean explain(
            BrokerConfig config, ListenerConfig listener, AccessRules access, List<String> out) {
        String user = "".equals(this.user) ? null : this.user; // as the broker
        String id = listener.useUsernameAsClientId() && user != null ? user : clientId;
        String whole = listener.mountPoint() == null ? topic : listener.mountPoint() + topic;
        String who = (user == null ? "a client without a user name" : "user " + user)
                + (id.isEmpty() ? "" : " as client " + id);
        String stranger = Admission.refusal(listener, access, user);
        if (stranger == null) {
            stranger = Admission.refusal(config.clientIdPrefix(), listener, id);
        }
        if (stranger != null) {
            out.add("denied: " + who + " is not let in.");
            out.add("    " + stranger);
            return false;
        }
        try {
            if (action == Wish.subscribe) {
                subscribe(access, TopicFilter.of(whole), who, id, out);
                return true;
            }
            Action wanted = action == Wish.publish ? Action.PUBLISH : Action.RECEIVE;
            Explanation answer = Explanation.of(access, user, id, TopicName.of(whole), wanted);
            out.add((answer.allowed() ? "allowed: " : "denied: ")
                    + who
                    + (answer.allowed() ? " may " : " may not ")
                    + (wanted == Action.PUBLISH ? "publish to " : "receive from ")
                    + whole
                    + ".");
            answer.because().forEach(line -> out.add("    " + line));
            out.add("To change it: " + answer.change() + ".");
            return answer.allowed();
        } catch (InvalidTopicException e) {
            throw new ParameterException(
                    spec.commandLine(), "--topic " + topic + ": " + e.getMessage());
        }
    }

    private void subscribe(
            AccessRules access, TopicFilter filter, String who, String id, List<String> out) {
        out.add("allowed: " + who + " may subscribe to " + filter + ".");
        if (access.acl() == null) {
            out.add("    there is no acl_file here, so it receives all that matches");
            return;
        }
        out.add("    every subscription is granted, as by mosquitto; what is delivered is decided"
                + " message by message:");
        List<String> rules = Explanation.receiveRules(access, user, id);
        rules.forEach(rule -> out.add("    " + rule));
        out.add(
                rules.isEmpty()
                        ? "    no line lets it receive anything"
                        : "    the first of these lines that matches a topic decides; without one it is denied");
        out.add("To see it for one topic: canary explain with --action receive.");
    }
}

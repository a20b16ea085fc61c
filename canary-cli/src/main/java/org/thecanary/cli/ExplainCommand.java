// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.broker.auth.AccessRules;
import org.thecanary.broker.auth.Admission;
import org.thecanary.broker.auth.Admission.Admitted;
import org.thecanary.broker.auth.Admission.Answer;
import org.thecanary.broker.auth.Explanation;
import org.thecanary.broker.auth.Explanation.Action;
import org.thecanary.broker.config.BrokerConfig;
import org.thecanary.broker.config.ConfigException;
import org.thecanary.broker.config.ConfigLoader;
import org.thecanary.broker.config.ListenerConfig;
import org.thecanary.mqtt.packet.Connect;
import org.thecanary.mqtt.packet.ProtocolVersion;
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
        Admission admission = new Admission(config.clientIdPrefix(), listener, access);
        Answer answer = admission.answer(connect(), "".equals(user) ? null : user);
        String refusal = AdmissionTexts.refusal(admission, answer);
        if (refusal != null || !(answer instanceof Admitted client)) {
            out.add("denied: " + who(user, clientId) + " is not let in.");
            out.add("    " + refusal);
            return false;
        }
        String whole = listener.mountPoint() == null ? topic : listener.mountPoint() + topic;
        String who = who(client.username(), client.clientId());
        try {
            if (action == Wish.subscribe) {
                subscribe(access, TopicFilter.of(whole), who, client, out);
                return true;
            }
            Action wanted = action == Wish.publish ? Action.PUBLISH : Action.RECEIVE;
            Explanation decision = Explanation.of(
                    access, client.username(), client.clientId(), TopicName.of(whole), wanted);
            out.add((decision.allowed() ? "allowed: " : "denied: ")
                    + who
                    + (decision.allowed() ? " may " : " may not ")
                    + (wanted == Action.PUBLISH ? "publish to " : "receive from ")
                    + whole
                    + ".");
            decision.because().forEach(line -> out.add("    " + line));
            out.add("To change it: " + decision.change() + ".");
            return decision.allowed();
        } catch (InvalidTopicException e) {
            throw new ParameterException(
                    spec.commandLine(), "--topic " + topic + ": " + e.getMessage());
        }
    }

    /** What a client of today would say; the user of a certificate is told beside it. */
    private Connect connect() {
        return new Connect(
                ProtocolVersion.MQTT_5,
                false,
                clientId,
                true,
                0,
                null,
                user,
                null,
                Connect.Properties.NONE);
    }

    private static String who(@Nullable String user, String id) {
        return (user == null || user.isEmpty() ? "a client without a user name" : "user " + user)
                + (id.isEmpty() ? "" : " as client " + id);
    }

    private static void subscribe(
            AccessRules access, TopicFilter filter, String who, Admitted client, List<String> out) {
        out.add("allowed: " + who + " may subscribe to " + filter + ".");
        if (access.acl() == null) {
            out.add("    there is no acl_file here, so it receives all that matches");
            return;
        }
        out.add("    every subscription is granted, as by mosquitto; what is delivered is decided"
                + " message by message:");
        List<String> rules = Explanation.receiveRules(access, client.username(), client.clientId());
        rules.forEach(rule -> out.add("    " + rule));
        out.add(
                rules.isEmpty()
                        ? "    no line lets it receive anything"
                        : "    the first of these lines that matches a topic decides; without one it is denied");
        out.add("To see it for one topic: canary explain with --action receive.");
    }
}

// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli.bench;

import org.thecanary.cli.bench.Load.Shape;
import org.thecanary.mqtt.packet.QoS;

import picocli.CommandLine.Option;

/** What is published: on those commands of {@code canary bench} that publish. */
final class MessageOptions {
    private static final int MAX_CONNECTIONS = 60_000;

    @Option(
            names = {"-q", "--qos"},
            paramLabel = "QOS",
            defaultValue = "0",
            description = "0, 1 or 2. Default: ${DEFAULT-VALUE}.")
    private int qos;

    @Option(
            names = {"-s", "--size"},
            paramLabel = "BYTES",
            defaultValue = "64",
            description = "Of a payload, at least 16. Default: ${DEFAULT-VALUE}.")
    private int size;

    @Option(
            names = {"-t", "--topic"},
            paramLabel = "PREFIX",
            defaultValue = "canary/bench",
            description = "What the topics begin with. Default: ${DEFAULT-VALUE}.")
    private String prefix = "";

    @Option(
            names = {"-r", "--rate"},
            paramLabel = "N",
            description = "Messages a second over all publishers. Default: as many as can be.")
    private double rate;

    @Option(
            names = "--window",
            paramLabel = "N",
            defaultValue = "100",
            description =
                    "Deliveries to a subscriber that may be on their way. Default: ${DEFAULT-VALUE}.")
    private int window;

    @Option(
            names = "--inflight",
            paramLabel = "N",
            defaultValue = "20",
            description =
                    "QoS 1 and 2 messages of a publisher that wait for acknowledgement. Default: ${DEFAULT-VALUE}.")
    private int inflight;

    Load load(BenchOptions options, Shape shape, int publishers, int subscribers) {
        return load(options, shape, publishers, subscribers, rate);
    }

    Load load(
            BenchOptions options, Shape shape, int publishers, int subscribers, double perSecond) {
        options.check(qos >= 0 && qos <= 2, "-q is 0, 1 or 2");
        options.check(
                size >= Load.MIN_PAYLOAD && size <= 1 << 20,
                "-s is " + Load.MIN_PAYLOAD + " to 1048576 bytes");
        options.check(
                publishers >= 0
                        && subscribers >= 0
                        && publishers + subscribers > 0
                        && publishers + subscribers <= MAX_CONNECTIONS,
                "1 to " + MAX_CONNECTIONS + " connections can be made");
        options.check(window >= 1, "--window is 1 or more");
        options.check(inflight >= 1 && inflight <= 65_535, "--inflight is 1 to 65535");
        options.check(perSecond >= 0, "-r is not negative");
        return new Load(
                shape,
                publishers,
                subscribers,
                prefix,
                QoS.of(qos),
                options.version(),
                size,
                perSecond,
                window,
                inflight,
                options.warmup(),
                options.duration());
    }

    /** QoS 0 may be lost, by the specification. */
    boolean mayLose() {
        return qos == 0;
    }
}

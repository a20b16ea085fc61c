// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.ca.AlternativeName;
import org.thecanary.credentials.ca.CaException;
import org.thecanary.credentials.ca.CaStore;
import org.thecanary.credentials.ca.CertificateAuthority;
import org.thecanary.credentials.ca.CertificateAuthority.Founding;
import org.thecanary.credentials.ca.CertificateProfile;
import org.thecanary.credentials.ca.CertificateProfile.Use;
import org.thecanary.credentials.ca.DeviceBundle;
import org.thecanary.credentials.ca.DeviceBundle.BrokerAddress;
import org.thecanary.credentials.ca.KeyKind;
import org.thecanary.credentials.password.RandomPassword;
import org.thecanary.sensor.SensorTopics;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A broker's whole system in one {@link DataFolder}: users and rules, and beside them a certificate authority, the
 * broker's certificate, bundles for devices, and a service. What is there stays, whoever put it there; what a run that
 * broke off has left out is made by the next.
 *
 * <p>Owner: confined to its creator.
 */
final class SecureSystem implements AutoCloseable {
    /** As long as the broker's certificate, so that both fall due together. */
    private static final int CRL_DAYS = 825;

    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** More topics of {@code sensor/} that are no device's. */
    private static final String ALARMS = "alarms";

    private static final String FIRST_DEVICE = "sensor-1";

    /**
     * What it shall be like.
     *
     * @param domain a host name or an address, by which clients call the broker
     * @param alternativeNames more of them
     * @param sensor the user who publishes measurements by password
     * @param webapp the user who reads all of them and instructs sensors
     * @param devices who connect by certificate, each with topics of its own; where none was named ever, there is one
     * @param serviceUser who runs the broker
     * @param encrypted whether the authority's key has a passphrase
     * @param force whether the texts are written anew, and the broker's certificate and the devices' bundles too
     */
    record Plan(
            String domain,
            List<String> alternativeNames,
            String sensor,
            String webapp,
            List<String> devices,
            Ports ports,
            String serviceUser,
            boolean encrypted,
            boolean force) {

        /** Whether the broker runs as another user than the one who makes the folder. */
        boolean serviceIsAnother() {
            return !serviceUser.equals(System.getProperty("user.name"));
        }
    }

    /** Where the broker listens: TLS with passwords, TLS with certificates, WebSocket with TLS, this machine alone. */
    record Ports(int tls, int mutualTls, int webSocket, int local) {
        static final Ports DEFAULT = new Ports(8883, BrokerAddress.DEFAULT_PORT, 9001, 1883);
    }

    private final Plan plan;
    private final DataFolder data;
    private final CaStore store;
    private final List<Path> made = new ArrayList<>();
    private final List<Path> kept = new ArrayList<>();
    private List<String> devices = List.of();
    private @Nullable CertificateAuthority authority;
    private @Nullable String newPassphrase;

    private SecureSystem(Plan plan, DataFolder data) {
        this.plan = plan;
        this.data = data;
        this.store = CaStore.at(data.folder().resolve("ca"));
    }

    /**
     * Makes the system, or what is missing of it.
     *
     * @param folder absolute
     * @throws CaException if an argument cannot be used, or the authority's key not be opened
     */
    static SecureSystem make(Path folder, Plan plan, PassphraseOptions passphrase)
            throws CaException, IOException {
        List<AlternativeName> names = BrokerNames.of(plan.domain(), plan.alternativeNames());
        check(plan);
        DataFolder data = DataFolder.open(
                folder,
                new DataFolder.Recipe(
                        List.of(plan.sensor(), plan.webapp()),
                        acl(plan),
                        made -> configuration(plan, made),
                        plan.serviceIsAnother(),
                        plan.force()));
        SecureSystem system = new SecureSystem(plan, data);
        try {
            system.fill(names, passphrase);
            return system;
        } catch (CaException | IOException e) {
            data.close();
            throw e;
        }
    }

    private static void check(Plan plan) throws CaException {
        if (plan.sensor().equals(plan.webapp())) {
            throw new CaException("The sensor and the web app are two users; give them two names.");
        }
        for (String device : plan.devices()) {
            CaStore.checkName(device);
            if (Set.of(plan.sensor(), plan.webapp(), brokerName(plan.domain()), ALARMS)
                    .contains(device)) {
                throw new CaException("'" + device
                        + "' has a meaning of its own already; give the device another name.");
            }
            try {
                SensorTopics.DEFAULT.of(device);
            } catch (IllegalArgumentException e) {
                throw new CaException(String.valueOf(e.getMessage()));
            }
        }
    }

    private void fill(List<AlternativeName> names, PassphraseOptions passphrase)
            throws CaException, IOException {
        made.addAll(data.made());
        kept.addAll(data.kept());
        folder(bundles());
        folder(data.folder().resolve("data"));
        folder(certificates());
        devices = plan.devices().isEmpty() && isEmpty(bundles())
                ? List.of(FIRST_DEVICE)
                : plan.devices();
        found(passphrase);
        certify(names, passphrase);
        for (String device : devices) {
            equip(device, passphrase);
        }
        Path unit = data.folder().resolve("canary.service");
        int before = data.made().size();
        data.text(
                unit,
                new SystemdUnit(
                                plan.domain(),
                                SystemdUnit.launcher(),
                                data.folder(),
                                plan.serviceUser())
                        .text(),
                plan.force());
        (data.made().size() > before ? made : kept).add(unit);
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    private static void folder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(folder, OWNER_ONLY);
        }
    }

    private void found(PassphraseOptions passphrase) throws CaException, IOException {
        if (store.exists()) {
            kept.add(store.certificateFile());
            return;
        }
        char[] secret = null;
        if (plan.encrypted()) {
            secret = passphrase.given();
            if (secret == null) {
                String random = RandomPassword.next(new SecureRandom());
                data.write(passphraseFile(), random + "\n");
                made.add(passphraseFile());
                newPassphrase = random;
                secret = random.toCharArray();
            }
        }
        CertificateAuthority founded = CertificateAuthority.create(
                store,
                new Founding(
                        shortened("Canary CA of " + plan.domain()),
                        new KeyKind.P256(),
                        CertificateAuthority.DEFAULT_DAYS,
                        secret,
                        false),
                Clock.systemUTC(),
                new SecureRandom());
        founded.crl(CRL_DAYS);
        authority = founded;
        made.add(store.certificateFile());
    }

    private static String shortened(String name) {
        return name.length() > 64 ? name.substring(0, 64) : name;
    }

    /** The authority with its key, which is asked for no sooner than something must be signed. */
    private CertificateAuthority authority(PassphraseOptions passphrase)
            throws CaException, IOException {
        if (authority == null) {
            boolean file = passphrase.given() == null && Files.exists(passphraseFile());
            authority = (file ? PassphraseOptions.of(passphraseFile()) : passphrase).open(store);
        }
        return authority;
    }

    private void certify(List<AlternativeName> names, PassphraseOptions passphrase)
            throws CaException, IOException {
        String name = brokerName(plan.domain());
        Path issued = store.issued(name);
        boolean wanted = plan.force() || !Files.exists(certificates().resolve("broker.crt"));
        if (wanted && (plan.force() || !Files.exists(issued.resolve(name + ".crt")))) {
            authority(passphrase)
                    .issue(
                            name,
                            CertificateProfile.of(name, Set.of(Use.SERVER), names, null),
                            new KeyKind.P256(),
                            plan.force());
        }
        if (wanted) {
            // The certificate last: while it is missing, the others are not complete.
            copy(issued.resolve("ca.crt"), certificates().resolve("ca.crt"));
            copy(issued.resolve(name + ".key"), certificates().resolve("broker.key"));
            copy(issued.resolve(name + ".crt"), certificates().resolve("broker.crt"));
        }
        (wanted ? made : kept).add(certificates().resolve("broker.crt"));
        Path list = certificates().resolve("crl.pem");
        if (!Files.exists(list) || Files.mismatch(list, store.crlFile()) >= 0) {
            copy(store.crlFile(), list);
            made.add(list);
        } else {
            kept.add(list);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        if (Files.exists(to)) {
            Files.write(to, Files.readAllBytes(from)); // keeps the owner, whom the broker may be
        } else {
            Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private void equip(String device, PassphraseOptions passphrase)
            throws CaException, IOException {
        Path bundle = bundle(device);
        if (Files.exists(bundle) && !plan.force()) {
            kept.add(bundle);
            return;
        }
        if (!Files.exists(store.issued(device).resolve(device + ".crt"))) {
            authority(passphrase)
                    .issue(
                            device,
                            CertificateProfile.of(device, Set.of(Use.CLIENT), List.of(), null),
                            new KeyKind.P256(),
                            false);
        }
        var address = new BrokerAddress(plan.domain(), plan.ports().mutualTls());
        new DeviceBundle(device, store.issued(device), address)
                .write(bundle, plan.force(), Instant.now());
        made.add(bundle);
    }

    /** The name of the broker's certificate in the authority. */
    private static String brokerName(String domain) {
        try {
            return CaStore.checkName(domain);
        } catch (CaException e) {
            return "broker"; // an IPv6 address, or a name longer than a Common Name
        }
    }

    private static String acl(Plan plan) {
        return """
                # Who may do what. All else is refused.

                # Measures, and publishes by password.
                user %1$s
                topic write sensor/data
                topic write sensor/status
                topic read sensor/instructions/#

                # Reads everything, and instructs sensors.
                user %2$s
                topic read sensor/#
                topic read $SYS/#
                topic write sensor/instructions/#
                topic write sensor/+/instructions/#
                topic write sensor/alarms

                # Each device by the name in its certificate. No device is called data, status, instructions or alarms.
                pattern write sensor/%%u/data
                pattern write sensor/%%u/status
                pattern read sensor/%%u/instructions/#
                """.formatted(plan.sensor(), plan.webapp());
    }

    private static String configuration(Plan plan, DataFolder data) {
        Path certificates = data.folder().resolve("certs");
        String tls = "certfile " + certificates.resolve("broker.crt") + "\nkeyfile "
                + certificates.resolve("broker.key") + "\n";
        return """
                # The broker of %s. Made by `canary init`, which keeps what is changed here.
                # Canary and mosquitto both read it.

                # Who may connect, and do what: on all listeners.
                allow_anonymous false
                password_file %s
                acl_file %s

                # What waits for a client is limited by bytes, not by number; a web app that writes many measurements to the disk
                # together acknowledges them together. Who stays away for long is forgotten.
                max_queued_messages 0
                max_queued_bytes 16777216
                max_inflight_messages 2000
                persistent_client_expiration 2m

                # Sessions, what waits for them, and Retained Messages outlive the broker.
                persistence true
                persistence_location %s/

                # Programs on this machine, by password.
                %s
                # Everybody, by TLS and password.
                listener %d
                %s
                # Devices, by TLS and a certificate, whose name is their user name.
                listener %d
                %scafile %s
                crlfile %s
                require_certificate true
                use_identity_as_username true

                # Browsers: MQTT over WebSocket, by TLS and password.
                listener %d
                protocol websockets
                %s
                log_dest stderr
                log_timestamp_format %%Y-%%m-%%dT%%H:%%M:%%S
                """.formatted(
                        plan.domain(),
                        data.passwordFile(),
                        data.aclFile(),
                        data.folder().resolve("data"),
                        DataFolder.localListeners(plan.ports().local()),
                        plan.ports().tls(),
                        tls,
                        plan.ports().mutualTls(),
                        tls,
                        certificates.resolve("ca.crt"),
                        certificates.resolve("crl.pem"),
                        plan.ports().webSocket(),
                        tls);
    }

    Plan plan() {
        return plan;
    }

    DataFolder data() {
        return data;
    }

    /** The devices that this was about. */
    List<String> devices() {
        return devices;
    }

    /** Its files, by what was done. */
    List<Path> made() {
        return List.copyOf(made);
    }

    List<Path> kept() {
        return List.copyOf(kept);
    }

    /** What the authority's key was closed with just now; null: nothing new. */
    @Nullable
    String newPassphrase() {
        return newPassphrase;
    }

    Path passphraseFile() {
        return data.folder().resolve("ca.passphrase");
    }

    Path authorityFolder() {
        return store.folder();
    }

    /** What the broker reads, with what its clients trust. */
    Path certificates() {
        return data.folder().resolve("certs");
    }

    private Path bundles() {
        return data.folder().resolve("bundles");
    }

    Path bundle(String device) {
        return bundles().resolve(device + ".zip");
    }

    /** A file of a device, such as its key. */
    Path deviceFile(String device, String end) {
        return store.issued(device).resolve(device + end);
    }

    /** What the user who runs the broker must be able to read. */
    List<Path> brokerFiles() {
        return List.of(
                data.config(),
                data.passwordFile(),
                data.aclFile(),
                certificates(),
                data.folder().resolve("data"));
    }

    @Override
    public void close() {
        data.close();
    }

    /** A text in UTF-8 that a mosquitto.conf can hold on one line. */
    static boolean fitsALine(Path folder) {
        String text = folder.toString();
        return text.strip().equals(text)
                && text.chars().noneMatch(c -> c < ' ' || c == 0x7F)
                && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}

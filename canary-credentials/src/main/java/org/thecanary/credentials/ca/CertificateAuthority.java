// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.ca;

import org.jspecify.annotations.Nullable;
import org.thecanary.credentials.ca.IndexEntry.Revocation;
import org.thecanary.credentials.pem.EncryptedKey;
import org.thecanary.credentials.pem.Pem;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CRLReason;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A certificate authority with its key at hand: it signs certificates and revocation lists, and keeps book of them in
 * its {@link CaStore}.
 *
 * <p>Owner: any thread; what changes the folder takes its turn.
 */
public final class CertificateAuthority {
    /** What a list promises by default: with its date passed, mosquitto refuses every client. */
    public static final int DEFAULT_CRL_DAYS = 365;

    public static final int DEFAULT_DAYS = 3650;
    public static final int MIN_PASSPHRASE = 8;

    /** Valid from a little before now, for devices whose clock is behind. */
    private static final Duration HEAD_START = Duration.ofHours(1);

    private final CaStore store;
    private final X509Certificate certificate;
    private final PrivateKey key;
    private final Clock clock;
    private final SecureRandom random;

    private CertificateAuthority(
            CaStore store,
            X509Certificate certificate,
            PrivateKey key,
            Clock clock,
            SecureRandom random) {
        this.store = store;
        this.certificate = certificate;
        this.key = key;
        this.clock = clock;
        this.random = random;
    }

    /**
     * What a new authority is like.
     *
     * @param name its common name
     * @param passphrase for its key; null leaves the key unencrypted
     * @param force whether an authority that is there already is put aside
     */
    public record Founding(
            String name, KeyKind kind, int days, char @Nullable [] passphrase, boolean force) {}

    /**
     * A certificate that was just made.
     *
     * @param folder has the four files of {@link CaStore#issued}
     * @param untilAuthorityEnds whether it is valid for less than its default, since the authority itself ends then
     */
    public record Issued(
            String name, X509Certificate certificate, Path folder, boolean untilAuthorityEnds) {}

    /** Makes a new authority, and its first and empty revocation list. */
    public static CertificateAuthority create(
            CaStore store, Founding founding, Clock clock, SecureRandom random)
            throws CaException, IOException {
        var passphrase = founding.passphrase();
        if (passphrase != null && passphrase.length < MIN_PASSPHRASE) {
            throw new CaException("The passphrase has fewer than " + MIN_PASSPHRASE
                    + " characters; take a longer one, or --no-passphrase for none.");
        }
        if (founding.days() < 1) {
            throw new CaException(
                    "An authority is valid for at least one day; give --days 1 or more.");
        }
        if (founding.name().isBlank() || founding.name().length() > 64) {
            throw new CaException("An authority has a name of 1 to 64 characters; shorten --name.");
        }
        return store.exclusively(() -> {
            var now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
            if (store.exists()) {
                if (!founding.force()) {
                    throw new CaException(
                            "There is a certificate authority in " + store.folder()
                                    + " already; use it, or choose another folder with --dir, or put it aside with --force.");
                }
                store.putAside("replaced-" + stamp(now));
            }
            var keys = founding.kind().generate(random);
            var certificate = CertificateForge.root(
                    founding.name(),
                    keys,
                    now.minus(HEAD_START),
                    later(now, founding.days()),
                    random);
            var authority =
                    new CertificateAuthority(store, certificate, keys.getPrivate(), clock, random);
            authority.writeAuthority(passphrase);
            authority.writeCrl(DEFAULT_CRL_DAYS);
            return authority;
        });
    }

    /**
     * Opens an authority.
     *
     * @param passphrase null when its key is not encrypted
     */
    public static CertificateAuthority open(
            CaStore store, char @Nullable [] passphrase, Clock clock, SecureRandom random)
            throws CaException, IOException {
        var certificate = store.certificate();
        var key = readKey(store, passphrase);
        if (!belong(key, certificate.getPublicKey())) {
            throw new CaException(store.keyFile() + " is not the key of " + store.certificateFile()
                    + "; put the one back that belongs to it.");
        }
        return new CertificateAuthority(store, certificate, key, clock, random);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    public CaStore store() {
        return store;
    }

    /**
     * Signs a new certificate, with a new key.
     *
     * @param force whether the files of a former certificate of that name are replaced; it stays valid
     */
    public Issued issue(String name, CertificateProfile profile, KeyKind kind, boolean force)
            throws CaException, IOException {
        CaStore.checkName(name);
        return store.exclusively(() -> {
            var file = store.issued(name).resolve(name + ".crt");
            if (!force && Files.exists(file)) {
                throw new CaException("There is a certificate for " + name + " already, in "
                        + store.issued(name) + "; renew it with `canary ca renew " + name
                        + "`, or replace it with --force.");
            }
            var keys = kind.generate(random);
            return sign(name, profile, keys.getPublic(), keys.getPrivate());
        });
    }

    /**
     * Signs the key of a request, which stays with its owner.
     *
     * @param force whether the files of a former certificate of that name are replaced; it stays valid
     */
    public Issued sign(
            String name, CertificateProfile profile, CertificateRequest request, boolean force)
            throws CaException, IOException {
        CaStore.checkName(name);
        return store.exclusively(() -> {
            if (Files.exists(store.issued(name).resolve(name + ".key"))) {
                throw new CaException("There is a certificate for " + name
                        + " already, with a key that was made here, in " + store.issued(name)
                        + "; call the request's another name with --name.");
            }
            if (!force && Files.exists(store.issued(name).resolve(name + ".crt"))) {
                throw new CaException("There is a certificate for " + name + " already, in "
                        + store.issued(name) + "; replace it with --force.");
            }
            return sign(name, profile, request.key(), (PrivateKey) null);
        });
    }

    /**
     * Signs a new certificate with the name, uses and alternative names of the newest one of that name.
     *
     * @param days null is the default
     * @param keepKey whether the key stays, and only the certificate has to go to its owner
     * @param revokeOld whether the former certificates are revoked; else they stay valid until they end
     */
    public Issued renew(String name, @Nullable Integer days, boolean keepKey, boolean revokeOld)
            throws CaException, IOException {
        return store.exclusively(() -> {
            var found = store.find(name);
            var former = found.getLast();
            if (keepKey && former.revocation() != null) {
                throw new CaException("The newest certificate of " + name
                        + " is revoked, and its key with it; renew it without --keep-key.");
            }
            var old = store.certificate(former);
            var profile = CertificateProfile.of(old).withDays(days);
            Issued issued;
            if (keepKey) {
                issued = sign(former.name(), profile, old.getPublicKey(), null);
            } else {
                var keys = KeyKind.of(old.getPublicKey()).generate(random);
                issued = sign(former.name(), profile, keys.getPublic(), keys.getPrivate());
            }
            if (revokeOld) {
                revoke(found, CRLReason.SUPERSEDED);
            }
            return issued;
        });
    }

    /**
     * Revokes all certificates of that name, or the one with that serial number, and writes a new list.
     *
     * @return those that were not revoked before
     */
    public List<IndexEntry> revoke(String nameOrSerial, CRLReason reason)
            throws CaException, IOException {
        return store.exclusively(() -> revoke(store.find(nameOrSerial), reason));
    }

    /** Signs and writes a new revocation list. */
    public X509CRL crl(int days) throws CaException, IOException {
        if (days < 1) {
            throw new CaException("A list is valid for at least one day; give --days 1 or more.");
        }
        return store.exclusively(() -> writeCrl(days));
    }

    private List<IndexEntry> revoke(List<IndexEntry> which, CRLReason reason)
            throws CaException, IOException {
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        var entries = new ArrayList<>(store.index());
        var revoked = new ArrayList<IndexEntry>();
        entries.replaceAll(entry -> {
            if (entry.revocation() != null || !which.contains(entry)) {
                return entry;
            }
            var changed = new IndexEntry(
                    entry.name(), entry.serial(), entry.expires(), new Revocation(now, reason));
            revoked.add(changed);
            return changed;
        });
        if (!revoked.isEmpty()) {
            store.saveIndex(entries);
        }
        // Also when all were revoked before: an earlier run may have ended between index and list.
        writeCrl(DEFAULT_CRL_DAYS);
        return revoked;
    }

    /** @param secret null when the key stays as it is */
    private Issued sign(
            String name, CertificateProfile profile, PublicKey key, @Nullable PrivateKey secret)
            throws CaException, IOException {
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        var end = certificate.getNotAfter().toInstant();
        if (!now.isBefore(end)) {
            throw new CaException(
                    "The authority has expired, on " + end
                            + "; make a new one with `canary ca init --force`, and give its ca.crt to all.");
        }
        var days = Objects.requireNonNullElse(profile.days(), profile.defaultDays());
        var until = later(now, days);
        boolean tooLong = until.isAfter(end);
        if (tooLong && profile.days() != null) {
            throw new CaException("The authority itself ends on " + end
                    + ", and nothing it signs is valid for longer; give --days "
                    + Duration.between(now, end).toDays() + " or less.");
        }
        var start = now.minus(HEAD_START);
        var authorityStart = certificate.getNotBefore().toInstant();
        var leaf = CertificateForge.leaf(
                this.certificate,
                this.key,
                name,
                key,
                profile,
                start.isBefore(authorityStart) ? authorityStart : start,
                tooLong ? end : until,
                random);
        var entry =
                new IndexEntry(name, leaf.getSerialNumber(), leaf.getNotAfter().toInstant(), null);
        var entries = new ArrayList<>(store.index());
        entries.add(entry);
        CaStore.createFolder(store.folder().resolve("certs"));
        CaStore.writePublic(store.certificateFile(entry), Pem.certificates(leaf));
        store.saveIndex(entries);
        return new Issued(name, leaf, writeIssued(name, leaf, secret), tooLong);
    }

    private Path writeIssued(String name, X509Certificate leaf, @Nullable PrivateKey secret)
            throws IOException {
        var folder = store.issued(name);
        CaStore.createFolder(folder);
        if (secret != null) {
            CaStore.writePrivate(folder.resolve(name + ".key"), Pem.key(secret));
        }
        CaStore.writePublic(
                folder.resolve(name + "-chain.crt"), Pem.certificates(leaf, certificate));
        CaStore.writePublic(folder.resolve("ca.crt"), Pem.certificates(certificate));
        CaStore.writePublic(folder.resolve(name + ".crt"), Pem.certificates(leaf));
        return folder;
    }

    private void writeAuthority(char @Nullable [] passphrase) throws IOException {
        CaStore.writePublic(store.folder().resolve(".gitignore"), "*\n");
        var text = passphrase == null
                ? Pem.key(key)
                : Pem.encode(
                        Pem.ENCRYPTED_KEY,
                        EncryptedKey.encrypt(key.getEncoded(), passphrase, random));
        CaStore.writePrivate(store.keyFile(), text);
        store.saveIndex(List.of());
        CaStore.writePublic(store.certificateFile(), Pem.certificates(certificate));
    }

    private X509CRL writeCrl(int days) throws CaException, IOException {
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        var crl = RevocationList.build(
                certificate, key, store.index(), store.takeCrlNumber(), now, later(now, days));
        CaStore.writePublic(store.crlFile(), Pem.crl(crl));
        return crl;
    }

    private static PrivateKey readKey(CaStore store, char @Nullable [] passphrase)
            throws CaException, IOException {
        var text = store.keyText();
        var encrypted = Pem.first(text, Pem.ENCRYPTED_KEY);
        try {
            if (encrypted.isEmpty()) {
                return Pem.privateKey(Pem.first(text, Pem.KEY)
                        .orElseThrow(() -> new CaException(store.keyFile()
                                + " has no key in PKCS #8; convert it: openssl pkcs8 -topk8 -v2 aes256 -in OLD -out "
                                + store.keyFile())));
            }
            if (passphrase == null) {
                throw new CaException("The authority's key " + store.keyFile()
                        + " is encrypted; give its passphrase at the prompt, by --passphrase-file or in"
                        + " CANARY_CA_PASSPHRASE.");
            }
            return Pem.privateKey(EncryptedKey.decrypt(encrypted.get(), passphrase));
        } catch (GeneralSecurityException e) {
            throw new CaException(
                    encrypted.isEmpty()
                            ? store.keyFile() + " is damaged; put it back from a backup."
                            : "The passphrase does not open " + store.keyFile() + "; try again.",
                    e);
        }
    }

    private static boolean belong(PrivateKey secret, PublicKey open) {
        try {
            var text = new byte[] {1, 2, 3};
            var signature = Signature.getInstance(KeyKind.signatureAlgorithm(secret));
            signature.initSign(secret);
            signature.update(text);
            var signed = signature.sign();
            signature.initVerify(open);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    private static Instant later(Instant now, int days) throws CaException {
        var then = now.plus(days, ChronoUnit.DAYS);
        if (!then.isBefore(Instant.parse("9999-12-31T00:00:00Z"))) {
            throw new CaException(
                    "A certificate cannot name a day after the year 9999; give fewer --days.");
        }
        return then;
    }

    private static String stamp(Instant now) {
        return DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
                .withZone(ZoneOffset.UTC)
                .format(now);
    }
}

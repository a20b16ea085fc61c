// SPDX-License-Identifier: Apache-2.0
package org.thecanary.credentials.pem;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What TLS is set up with, out of the files that mosquitto's options name. Stateless; any thread, but files block. */
public final class PemFiles {
    /** The curves of TLS that Java signs on, by its names: P-256, P-384 and P-521. */
    private static final Set<String> CURVES = Set.of("secp256r1", "secp384r1", "secp521r1");

    private PemFiles() {}

    /**
     * The certificates of a file, in its order: authorities, or a chain that begins with one's own.
     *
     * @throws PemException if there is none, or one is damaged
     */
    public static List<X509Certificate> certificates(Path file) throws PemException {
        String text = read(file);
        List<X509Certificate> certificates = certificates(file, text);
        if (certificates.isEmpty()) {
            throw new PemException(file, "holds no certificate: " + content(text));
        }
        return certificates;
    }

    private static List<X509Certificate> certificates(Path file, String text) throws PemException {
        try {
            return Pem.readCertificates(text);
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            throw new PemException(file, "holds a damaged certificate; copy it again");
        }
    }

    /**
     * The authorities of a folder, as {@code capath}. Unlike OpenSSL this reads every file, whether {@code openssl rehash}
     * was run or not; one that is no certificate is passed over.
     *
     * @throws PemException if the folder cannot be read or holds no certificate
     */
    public static List<X509Certificate> certificatesIn(Path folder) throws PemException {
        List<X509Certificate> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isReadable)
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList()) {
                all.addAll(certificates(file, read(file)));
            }
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
        if (all.isEmpty()) {
            throw new PemException(folder, "holds no file with a certificate");
        }
        return all.stream().distinct().toList();
    }

    /**
     * The revocation lists of a file.
     *
     * @throws PemException if there is none, or one is damaged
     */
    public static List<X509CRL> crls(Path file) throws PemException {
        String text = read(file);
        try {
            List<X509CRL> lists = Pem.readCrls(text);
            if (!lists.isEmpty()) {
                return lists;
            }
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            throw new PemException(file, "holds a damaged revocation list; copy it again");
        }
        throw new PemException(file, "holds no revocation list: " + content(text));
    }

    /**
     * The private key of a file: PKCS #8, PKCS #1 or SEC1.
     *
     * @param passphrase asked if the key is encrypted
     * @throws PemException if there is none, or it cannot be decrypted
     */
    public static PrivateKey privateKey(Path file, Passphrase passphrase) throws PemException {
        String text = read(file);
        try {
            var plain = Pem.first(text, Pem.KEY);
            if (plain.isPresent()) {
                return Pem.privateKey(plain.get());
            }
            boolean encrypted = Pem.first(text, Pem.ENCRYPTED_KEY).isPresent();
            if (!encrypted && !TraditionalKey.isIn(text)) {
                throw new PemException(file, "holds no private key: " + content(text));
            }
            if (!encrypted && !TraditionalKey.isEncrypted(text)) {
                return Pem.privateKey(TraditionalKey.read(text, new char[0]));
            }
            return decrypt(file, text, passphrase);
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            throw new PemException(file, "holds a private key that is damaged or of no known kind");
        }
    }

    private static PrivateKey decrypt(Path file, String text, Passphrase passphrase)
            throws PemException {
        char[] secret = passphrase.of(file);
        if (secret == null) {
            throw new PemException(file, "is encrypted, and no passphrase was given");
        }
        try {
            var modern = Pem.first(text, Pem.ENCRYPTED_KEY);
            return Pem.privateKey(
                    modern.isPresent()
                            ? EncryptedKey.decrypt(modern.get(), secret)
                            : TraditionalKey.read(text, secret));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new PemException(
                    file,
                    String.valueOf(e.getMessage()).startsWith("not PBES2")
                            ? "is encrypted in a way not known here; openssl pkcs8 -topk8 -v2 aes-256-cbc makes one that is"
                            : "cannot be decrypted: the passphrase is wrong");
        } finally {
            Arrays.fill(secret, '\0');
        }
    }

    /**
     * Sees to it that a key can be used with TLS.
     *
     * @param key private, or that of a certificate
     * @throws PemException if it is on a curve that nobody takes, such as secp256k1
     */
    public static void checkCurve(Path file, Key key) throws PemException {
        if (!(key instanceof ECKey onCurve)) {
            return;
        }
        String curve = onCurve.getParams().toString().split(" ", 2)[0];
        if (!CURVES.contains(curve)) {
            throw new PemException(
                    file,
                    (key instanceof PrivateKey
                                    ? "holds a private key on the curve "
                                    : "holds a certificate with a key on the curve ")
                            + curve
                            + ", which TLS does not take; make one on prime256v1:"
                            + " openssl ecparam -name prime256v1 -genkey -noout -out KEY,"
                            + " and a certificate for it");
        }
    }

    /**
     * Sees to it that a key and a certificate belong together.
     *
     * @throws PemException if they do not
     */
    public static void checkPair(
            Path certificateFile, X509Certificate certificate, Path keyFile, PrivateKey key)
            throws PemException {
        try {
            String algorithm = signatureBy(key);
            byte[] sample = {1};
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(sample);
            byte[] signature = signer.sign();
            PublicKey publicKey = certificate.getPublicKey();
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(publicKey);
            verifier.update(sample);
            if (verifier.verify(signature)) {
                return;
            }
        } catch (GeneralSecurityException _) {
            // another kind of key, which is what the message says
        }
        throw new PemException(keyFile, "is not the key of the certificate in " + certificateFile);
    }

    private static String signatureBy(PrivateKey key) {
        return switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "EdDSA" -> "EdDSA";
            default -> "SHA256withRSA";
        };
    }

    private static String read(Path file) throws PemException {
        try {
            return new String(Files.readAllBytes(file), ISO_8859_1);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static PemException unreadable(Path file, IOException e) {
        return new PemException(
                file,
                "cannot be read: "
                        + switch (e) {
                            case NoSuchFileException _ -> "there is no such file";
                            case AccessDeniedException _ ->
                                "permission denied; look at its owner and mode";
                            default -> Files.isDirectory(file) ? "it is a folder" : e.getMessage();
                        });
    }

    /** What there is instead. */
    private static String content(String text) {
        if (text.isBlank()) {
            return "it is empty";
        }
        int begin = text.indexOf("-----BEGIN ");
        if (begin < 0) {
            return "it is no PEM file; openssl x509 -inform der and openssl pkey -inform der make one of a DER file";
        }
        int end = text.indexOf("-----", begin + 11);
        String label = text.substring(begin + 11, Math.max(begin + 11, end));
        return text.contains("-----END " + label)
                ? "what it holds is a " + label
                : "its " + label + " has no end; copy it again";
    }
}

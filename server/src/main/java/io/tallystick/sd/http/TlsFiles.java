package io.tallystick.sd.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A certificate and its key, as files of PEM. */
public final class TlsFiles {
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----(.*?)-----END PRIVATE KEY-----", Pattern.DOTALL);
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");
  private static final Map<String, String> SIGNATURES =
      Map.of("EC", "SHA256withECDSA", "RSA", "SHA256withRSA");
  private static final char[] NO_PASSWORD = new char[0]; // of a store that is in memory only

  private TlsFiles() {}

  /**
   * What a server encrypts with.
   *
   * @param certificates the server's, and those above it in their order
   * @param key in PKCS #8, without password
   * @throws IOException where a file cannot be read
   * @throws IllegalArgumentException where one has something else in it, or they do not belong
   *     together
   */
  public static SSLContext read(Path certificates, Path key) throws IOException {
    byte[] chain = Files.readAllBytes(certificates);
    String text = Files.readString(key, ISO_8859_1); // which takes all bytes
    try {
      Certificate[] server = certificates(chain);
      PrivateKey secret = privateKey(text);
      requirePair(server[0].getPublicKey(), secret);
      return context(server, secret);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("certificate and key cannot be used together", e);
    }
  }

  private static Certificate[] certificates(byte[] chain) {
    try {
      Collection<? extends Certificate> found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(chain));
      if (!found.isEmpty()) {
        return found.toArray(new Certificate[0]);
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not certificates in PEM", e);
    }
    throw new IllegalArgumentException("no certificate in the file: expected=PEM");
  }

  private static PrivateKey privateKey(String text) throws GeneralSecurityException {
    Matcher found = PKCS8.matcher(text);
    if (!found.find()) {
      throw new IllegalArgumentException(
          "no key in the file: expected=PRIVATE KEY in PEM, which"
              + " `openssl pkcs8 -topk8 -nocrypt` makes of others");
    }
    byte[] bytes;
    try {
      bytes = Base64.getMimeDecoder().decode(found.group(1));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("key is damaged", e);
    }
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
      } catch (InvalidKeySpecException e) {
        // Another one's, perhaps.
      }
    }
    throw new IllegalArgumentException("key is of no kind that is known: known=" + ALGORITHMS);
  }

  /** Else each client would find it out, and nobody here. */
  private static void requirePair(PublicKey open, PrivateKey secret)
      throws GeneralSecurityException {
    String kind = secret.getAlgorithm();
    Signature signature = Signature.getInstance(SIGNATURES.getOrDefault(kind, kind));
    byte[] text = {1};
    signature.initSign(secret);
    signature.update(text);
    byte[] signed = signature.sign();
    signature.initVerify(open);
    signature.update(text);
    if (!signature.verify(signed)) {
      throw new SignatureException("key is not that of the certificate");
    }
  }

  private static SSLContext context(Certificate[] chain, PrivateKey key)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    store.setKeyEntry("server", key, NO_PASSWORD, chain);
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, NO_PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }
}

package io.tallystick.sd.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A list of target groups as it is sent: made once for each content.
 *
 * <p>The arrays are shared: nobody writes to them. Threading: any.
 */
public final class EncodedList {
  private static final int TAG_BYTES = 12;

  private final byte[] json;
  private final String etag;
  private volatile byte @Nullable [] gzip;

  private EncodedList(byte[] json) {
    this.json = json;
    this.etag = '"' + HexFormat.of().formatHex(digest(json), 0, TAG_BYTES) + '"';
  }

  static EncodedList of(byte[] json) {
    return new EncodedList(json);
  }

  private static byte[] digest(byte[] json) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(json);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  /** The JSON, in UTF-8. */
  @SuppressWarnings("EI_EXPOSE_REP")
  public byte[] json() {
    return json;
  }

  /** The JSON compressed with gzip; made when it is asked for first. */
  public byte[] gzip() {
    byte[] made = gzip;
    if (made == null) {
      synchronized (this) {
        made = gzip;
        if (made == null) {
          made = compressed();
          gzip = made;
        }
      }
    }
    return made;
  }

  private byte[] compressed() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(json.length / 4 + 64);
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // into memory
    }
    return bytes.toByteArray();
  }

  /** A strong entity tag of the JSON, with its quotes. */
  public String etag() {
    return etag;
  }

  /** Whether this is a list of the same bytes. */
  boolean has(byte[] otherJson) {
    return Arrays.equals(json, otherJson);
  }

  @Override
  public String toString() {
    return new String(json, ISO_8859_1);
  }
}

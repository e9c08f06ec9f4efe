package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.store.FamilyValues.Identity;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Texts as one run of bytes that no other texts have: of each its length and its UTF-8. */
final class Texts {
  private Texts() {}

  static byte[] of(Labels labels) {
    List<String> texts = new ArrayList<>(2 * labels.size());
    for (int i = 0; i < labels.size(); i++) {
      texts.add(labels.getName(i));
      texts.add(labels.getValue(i));
    }
    return of(texts);
  }

  static byte[] of(Identity identity) {
    List<String> texts = new ArrayList<>(identity.states());
    texts.add(identity.name());
    texts.add(identity.type().name());
    texts.add(identity.mode().name());
    return of(texts);
  }

  private static byte[] of(List<String> texts) {
    List<byte[]> all = new ArrayList<>(texts.size());
    int length = 0;
    for (String text : texts) {
      byte[] bytes = text.getBytes(UTF_8);
      all.add(bytes);
      length += Integer.BYTES + bytes.length;
    }
    ByteBuffer buffer = ByteBuffer.allocate(length);
    all.forEach(bytes -> buffer.putInt(bytes.length).put(bytes));
    return buffer.array();
  }
}

package io.tallystick.merge;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The series of a merged family by their keys, numbered as they come. */
final class SeriesIndex {
  static final int FIRST_CAPACITY = 8;

  private final List<List<String>> schemas = new ArrayList<>();
  private int size;
  private int[] table = new int[2 * FIRST_CAPACITY]; // series + 1 by key, open addressing
  private byte[][] keys = new byte[FIRST_CAPACITY][];
  private Labels[] labels = new Labels[FIRST_CAPACITY];
  private final Map<EscapingScheme, byte[][]> labelTexts =
      new EnumMap<>(EscapingScheme.class); // null where not made yet
  private long[] createdMs = new long[FIRST_CAPACITY];
  private int createdVersion;
  private int[] order = {};

  int size() {
    return size;
  }

  /** How many series there is room for before the arrays grow. */
  int capacity() {
    return keys.length;
  }

  Labels labels(int series) {
    return labels[series];
  }

  long createdMs(int series) {
    return createdMs[series];
  }

  /** Changes whenever a series turns out to be older. */
  int createdVersion() {
    return createdVersion;
  }

  /** The labels as {@link LabelText} makes them; the same ones at each call. */
  byte[] labelText(int series, EscapingScheme escaping, boolean quotesNames) {
    byte[][] texts = labelTexts.get(escaping);
    if (texts == null) {
      texts = new byte[keys.length][];
      labelTexts.put(escaping, texts);
    }
    byte[] text = texts[series];
    if (text == null) {
      text =
          escaping != EscapingScheme.DEFAULT && LabelText.isPlain(labels[series], escaping)
              ? labelText(series, EscapingScheme.DEFAULT, quotesNames) // one for all schemes
              : LabelText.of(labels[series], escaping, quotesNames);
      texts[series] = text;
    }
    return text;
  }

  /** The sorted label names that the family's processes use. */
  List<List<String>> schemas() {
    return schemas;
  }

  /** Number of the sorted label names among those that the family's processes use. */
  int schema(List<String> sortedNames) {
    int known = schemas.indexOf(sortedNames);
    if (known >= 0) {
      return known;
    }
    schemas.add(sortedNames);
    return schemas.size() - 1;
  }

  List<String> schemaNames(int series) {
    return schemas.get(Key.schema(keys[series]));
  }

  /** The values of the names of {@link #schemaNames}. */
  String[] labelValues(int series) {
    return Key.values(keys[series], schemaNames(series).size());
  }

  /** The series with this key, or -1 where there is none. */
  int known(byte[] key, int length) {
    int mask = table.length - 1;
    int slot = Key.hash(key, length) & mask;
    while (table[slot] != 0) {
      int series = table[slot] - 1;
      if (Key.equals(keys[series], key, length)) {
        return series;
      }
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  /** The series with this key, which is added where there is none. */
  int find(byte[] key, int length, long created) {
    int mask = table.length - 1;
    int slot = Key.hash(key, length) & mask;
    while (table[slot] != 0) {
      int series = table[slot] - 1;
      if (Key.equals(keys[series], key, length)) {
        if (created < createdMs[series]) {
          createdMs[series] = Math.max(0, created);
          createdVersion++;
        }
        return series;
      }
      slot = (slot + 1) & mask;
    }
    int series = size;
    ensureCapacity(series + 1);
    keys[series] = Arrays.copyOf(key, length);
    labels[series] = Key.labels(keys[series], schemas.get(Key.schema(key)));
    createdMs[series] = Math.max(0, created);
    size++;
    if (2 * size > table.length) {
      rebuildTable();
    } else {
      table[slot] = size;
    }
    return series;
  }

  private void ensureCapacity(int needed) {
    if (needed <= keys.length) {
      return;
    }
    int capacity = 2 * keys.length;
    keys = Arrays.copyOf(keys, capacity);
    labels = Arrays.copyOf(labels, capacity);
    labelTexts.replaceAll((scheme, texts) -> Arrays.copyOf(texts, capacity));
    createdMs = Arrays.copyOf(createdMs, capacity);
  }

  private void rebuildTable() {
    int length = Math.max(2 * FIRST_CAPACITY, Integer.highestOneBit(Math.max(1, size)) * 4);
    table = new int[length];
    for (int series = 0; series < size; series++) {
      byte[] key = keys[series];
      int slot = Key.hash(key, key.length) & (length - 1);
      while (table[slot] != 0) {
        slot = (slot + 1) & (length - 1);
      }
      table[slot] = series + 1;
    }
  }

  /** The numbers of the series, sorted by their labels as client_java sorts them. */
  int[] order() {
    if (order.length != size) {
      order = sorted();
    }
    return order;
  }

  private int[] sorted() {
    Integer[] numbers = new Integer[size];
    for (int i = 0; i < order.length; i++) {
      numbers[i] = order[i]; // a sorted run, which the sort then only merges
    }
    for (int i = order.length; i < size; i++) {
      numbers[i] = i;
    }
    Arrays.sort(numbers, (a, b) -> labels[a].compareTo(labels[b]));
    return Arrays.stream(numbers).mapToInt(Integer::intValue).toArray();
  }

  /**
   * Drops the series that are not kept.
   *
   * @return the new number of each series, or null where all are kept
   */
  int @Nullable [] retain(boolean[] keep) {
    int[] renumbered = new int[size];
    int kept = 0;
    for (int series = 0; series < size; series++) {
      renumbered[series] = keep[series] ? kept++ : -1;
    }
    if (kept == size) {
      return null;
    }
    int[] keptOrder = new int[kept];
    int at = 0;
    for (int series : order()) {
      if (keep[series]) {
        keptOrder[at++] = renumbered[series];
      }
    }
    for (int series = 0; series < size; series++) {
      if (keep[series]) {
        int to = renumbered[series];
        keys[to] = keys[series];
        labels[to] = labels[series];
        for (byte[][] texts : labelTexts.values()) {
          texts[to] = texts[series];
        }
        createdMs[to] = createdMs[series];
      }
    }
    for (int series = kept; series < size; series++) {
      keys[series] = new byte[0];
      labels[series] = Labels.EMPTY;
      for (byte[][] texts : labelTexts.values()) {
        texts[series] = null;
      }
    }
    size = kept;
    order = keptOrder;
    rebuildTable();
    return renumbered;
  }
}

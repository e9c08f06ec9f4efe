package io.tallystick.server;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tallystick.store.JobQueue;
import io.tallystick.store.KeyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.Store;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What {@code tallystick store ls} lists. */
enum StoreKind {
  /** Keys that have values, in no order. */
  KEYS {
    @Override
    List<Entry> list(Store store, String prefix, int most) {
      KeyValues values = store.keyValues();
      Set<String> keys = new LinkedHashSet<>(); // a page may have what another one had
      String cursor = null;
      do {
        KeyValues.Page page = values.scan(prefix, cursor, PAGE);
        keys.addAll(page.keys());
        cursor = page.next();
      } while (cursor != null && keys.size() < most);
      return keys.stream().limit(most).map(key -> new Entry(key, Map.of())).toList();
    }
  },

  /** Queues that have jobs, sorted. */
  QUEUES {
    @Override
    List<Entry> list(Store store, String prefix, int most) {
      return store.queues().stream()
          .filter(name -> name.startsWith(prefix))
          .limit(most)
          .map(name -> entry(name, store.jobQueue(name).sizes()))
          .toList();
    }

    private Entry entry(String name, JobQueue.Sizes sizes) {
      Map<String, Long> numbers = new LinkedHashMap<>();
      numbers.put("queued", sizes.queued());
      numbers.put("delayed", sizes.delayed());
      numbers.put("running", sizes.running());
      numbers.put("dead", sizes.dead());
      return new Entry(name, numbers);
    }
  },

  /** Sources of the ledger that are not retired, sorted. */
  SOURCES {
    @Override
    List<Entry> list(Store store, String prefix, int most) {
      return store.ledger().sources().stream()
          .filter(source -> source.name().startsWith(prefix))
          .limit(most)
          .map(this::entry)
          .toList();
    }

    private Entry entry(Ledger.Source source) {
      Map<String, Long> numbers = new LinkedHashMap<>();
      numbers.put("version", source.version());
      numbers.put("leaseEndMs", source.leaseEndMs());
      return new Entry(source.name(), numbers);
    }
  };

  private static final int PAGE = 1_000;

  /** The kind that has this name on the command line. */
  static StoreKind named(String name) {
    for (StoreKind kind : values()) {
      if (kind.toString().equals(name)) {
        return kind;
      }
    }
    String known = Arrays.stream(values()).map(Object::toString).collect(Collectors.joining(", "));
    throw new UsageException("unknown kind: kind=" + name + "; use one of " + known);
  }

  /** At most so many entries whose names begin with a prefix, which is taken literally. */
  abstract List<Entry> list(Store store, String prefix, int most);

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** A name with what is known of it. */
  record Entry(String name, Map<String, Long> numbers) {
    String toLine() {
      StringBuilder line = new StringBuilder(name);
      numbers.forEach((what, number) -> line.append(' ').append(what).append('=').append(number));
      return line.toString();
    }

    void write(JsonGenerator json) throws IOException {
      json.writeStartObject();
      json.writeStringField("name", name);
      for (Map.Entry<String, Long> number : numbers.entrySet()) {
        json.writeNumberField(number.getKey(), number.getValue());
      }
      json.writeEndObject();
    }
  }
}

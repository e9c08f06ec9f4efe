package io.tallystick.records;

import io.tallystick.store.Store;
import io.tallystick.store.Stores;
import java.io.IOException;
import java.time.Instant;

/** A process that appends samples, or saves and resolves alerts until it is killed. */
final class RecordsChild {
  static final int APPENDED = 25;

  private RecordsChild() {}

  public static void main(String[] args) throws IOException {
    try (Store store = Stores.open(args[0])) {
      RecordStore records = RecordStore.of(store);
      System.out.println("ready");
      System.out.flush();
      int unused = System.in.read();
      if (args[2].equals("append")) {
        append(records, args[1] + "m", Integer.parseInt(args[3]));
      } else {
        save(records, args[1], args[3]);
      }
    }
  }

  private static void append(RecordStore records, String id, int child) {
    for (int i = 0; i < APPENDED; i++) {
      Sample sample = Sample.of(Instant.now(), child * 1_000 + i);
      if (!records.metrics().append(id, sample)) {
        throw new IllegalStateException("metric has gone: id=" + id);
      }
    }
  }

  private static void save(RecordStore records, String unique, String child) throws IOException {
    for (int i = 0; System.in.available() >= 0; i++) {
      String name = child + "-" + i;
      Severity severity = i % 2 == 0 ? Severity.LOW : Severity.HIGH;
      records.alerts().save(Alert.active(unique + name, "n", severity, "s", Instant.now()));
      if (i % 2 == 0) {
        records.alerts().resolve(unique + name, "child");
      }
      System.out.println(name);
      System.out.flush();
    }
  }
}

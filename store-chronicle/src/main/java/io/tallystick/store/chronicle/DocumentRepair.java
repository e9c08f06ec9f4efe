package io.tallystick.store.chronicle;

import io.tallystick.store.Deadline;
import io.tallystick.store.Documents.Found;
import io.tallystick.store.MemberOrder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The sets of documents in a map of which rows may be lost: those that do not have just what the
 * documents say are put anew. In a call.
 */
final class DocumentRepair {
  private static final System.Logger LOG = System.getLogger("io.tallystick");

  private final MapFile map;
  private final ChronicleKeyValues entries;
  private final Map<ByteBuffer, List<Found>> sets = new HashMap<>(); // by key, as they should be
  private final Set<Long> pages = new HashSet<>();

  DocumentRepair(MapFile map, ChronicleKeyValues entries) {
    this.map = map;
    this.entries = entries;
  }

  void run() {
    map.forEach(this::read);
    long highest = pages.stream().mapToLong(Long::longValue).max().orElse(0);
    if (highest > 0) {
      entries.raiseNumber(DocumentKeys.page(0), highest);
    }
    int repaired = 0;
    for (Map.Entry<ByteBuffer, List<Found>> set : sets.entrySet()) {
      MemberPages members = new MemberPages(entries, set.getKey().array());
      set.getValue().sort(MemberOrder.ASCENDING);
      if (!members.all().equals(set.getValue())) {
        members.putAll(set.getValue());
        repaired++;
      }
      pages.removeAll(members.numbers());
    }
    pages.forEach(number -> entries.removeRaw(DocumentKeys.page(number))); // of no set
    if (repaired > 0) {
      LOG.log(System.Logger.Level.WARNING, "sets of documents were put anew: sets={0}", repaired);
    }
  }

  private void read(byte[] key, byte[] entry) {
    if (DocumentKeys.isOf(DocumentKeys.DOCUMENT, key)) {
      StoredDocument document = StoredDocument.of(entry);
      String name = DocumentKeys.name(key);
      document
          .places()
          .forEach(
              (set, place) ->
                  set(DocumentKeys.of(DocumentKeys.SET, set)).add(new Found(name, place)));
      if (document.endMs() != Deadline.NEVER_MS) {
        set(DocumentKeys.of(DocumentKeys.ENDS, "")).add(new Found(name, document.endMs()));
      }
    } else if (DocumentKeys.isOf(DocumentKeys.SET, key)
        || DocumentKeys.isOf(DocumentKeys.ENDS, key)) {
      List<Found> unused = set(key);
    } else if (DocumentKeys.isOf(DocumentKeys.PAGE, key)) {
      long number = DocumentKeys.pageNumber(key);
      if (number != 0) { // that of the latest number
        pages.add(number);
      }
    }
  }

  private List<Found> set(byte[] key) {
    return sets.computeIfAbsent(ByteBuffer.wrap(key), none -> new ArrayList<>());
  }
}

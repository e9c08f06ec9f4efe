package io.tallystick.fallback;

import io.tallystick.store.BackupReader;
import io.tallystick.store.BackupRecord;
import io.tallystick.store.BackupWriter;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.LedgerParts;
import io.tallystick.store.Publication;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A source that was retired while the first store was away, with what it had then: the first store
 * is to have that before it retires it. Written as a backup that has nothing else.
 */
record RetiredSource(String name, long version, List<FamilyValues> families) {
  private static final Duration LEASE = Duration.ofMinutes(1);

  /** What a ledger has of a source that is not retired. */
  static Optional<RetiredSource> of(Ledger ledger, String name) {
    return ledger.sources().stream()
        .filter(source -> source.name().equals(name))
        .findFirst()
        .map(source -> new RetiredSource(name, source.version(), families(ledger, name)));
  }

  private static List<FamilyValues> families(Ledger ledger, String name) {
    List<FamilyValues> families = new ArrayList<>();
    for (LedgerParts.Part part : ledger.parts(Set.of()).parts()) {
      if (name.equals(part.source())) {
        families.addAll(part.families());
      }
    }
    return families;
  }

  void write(Path file, long nowMs) {
    try (BackupWriter writer = BackupWriter.create(file, nowMs)) {
      writer.write(new BackupRecord.LedgerState(name, Set.of()));
      writer.write(new BackupRecord.Source(name, version, nowMs, nowMs, families));
      writer.commit();
    }
  }

  /** Brings a ledger to what the file says of a source, and retires it there. */
  static void retire(Ledger ledger, String name, Path file) {
    BackupReader.open(file)
        .forEach(
            each -> {
              if (each instanceof BackupRecord.Source source) {
                Publication all =
                    Publication.ofAll(name, source.version(), source.families(), LEASE);
                Ledger.Result unused = ledger.publish(all); // a newer one stays
              }
            });
    boolean unused = ledger.retire(name);
  }
}

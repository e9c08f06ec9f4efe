package io.tallystick.fleet;

import io.tallystick.replication.DirectorySource;
import io.tallystick.store.Ledger;
import io.tallystick.store.LedgerParts;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one reading of a ledger gave.
 *
 * @param directory the source that is left out for what the directory has now; null where there is
 *     no directory
 * @param beside what else was read at that time
 * @param startNs when the reading began, by {@link System#nanoTime()}
 * @param duration how long it took
 */
record LedgerContent(
    LedgerParts parts,
    @Nullable DirectorySource directory,
    List<LedgerParts.Part> beside,
    long startNs,
    Duration duration) {
  /** Reads all of a ledger. */
  static LedgerContent read(Ledger ledger) {
    long startNs = System.nanoTime();
    return ofNow(ledger.parts(Set.of()), null, startNs);
  }

  /** What a reading gave that ends now. */
  static LedgerContent ofNow(LedgerParts parts, @Nullable DirectorySource directory, long startNs) {
    return new LedgerContent(
        parts, directory, List.of(), startNs, Duration.ofNanos(System.nanoTime() - startNs));
  }

  /** The same with what else was read, until now. */
  LedgerContent with(List<LedgerParts.Part> others) {
    return new LedgerContent(
        parts, directory, others, startNs, Duration.ofNanos(System.nanoTime() - startNs));
  }

  /** How old it is. */
  Duration age() {
    return Duration.ofNanos(System.nanoTime() - startNs);
  }

  /** What time it is by the store's clock, about. */
  long nowMs() {
    return parts.timeMs() + age().toMillis();
  }

  /** How many sources are shown besides the directory. */
  long sources() {
    return parts.parts().stream().filter(part -> part.source() != null).count();
  }
}

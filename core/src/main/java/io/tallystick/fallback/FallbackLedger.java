package io.tallystick.fallback;

import io.tallystick.fallback.JournalEntry.Kind;
import io.tallystick.fallback.JournalWrite.Decided;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.LedgerParts;
import io.tallystick.store.Limits;
import io.tallystick.store.Publication;
import io.tallystick.store.Store;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The ledger of a {@link FallbackStore}: that of the store in use, with its own id. Sources that
 * publish find that it is another one, and publish all that they have; so publications are not
 * journalled. Retirements are, with what the source had.
 */
final class FallbackLedger implements Ledger {
  /** For how long a source that the second store knows from an earlier time is not retired. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Failover failover;
  private final Limits limits;
  private final InstantSource clock;
  private final JournalFiles files;

  private final LastReads lastReads = new LastReads();

  FallbackLedger(Failover failover, Limits limits, InstantSource clock) {
    this.failover = failover;
    this.limits = limits;
    this.clock = clock;
    this.files = new JournalFiles(failover.journal().rows());
  }

  private <T> T call(Function<Ledger, T> either) {
    return call(either, either);
  }

  private <T> T call(Function<Ledger, T> first, Function<Ledger, T> second) {
    return failover.call(
        new FallbackCall<>() {
          @Override
          T first(Store store) {
            return first.apply(store.ledger());
          }

          @Override
          T second(Journal journal, Store store) {
            if (!journal.look()) {
              throw new JournalClosedException();
            }
            return second.apply(store.ledger());
          }
        });
  }

  @Override
  public String id() {
    return call(Ledger::id);
  }

  @Override
  public Result publish(Publication publication) {
    limits.checkKey(publication.source());
    return call(ledger -> ledger.publish(publication));
  }

  @Override
  public Optional<List<FamilyValues>> baseline(String source) {
    return call(ledger -> ledger.baseline(source));
  }

  @Override
  public List<Source> sources() {
    return call(Ledger::sources);
  }

  // ---- retirement ----

  @Override
  public boolean retire(String source) {
    limits.checkKey(source);
    return call(ledger -> ledger.retire(source), ledger -> retireInSecond(ledger, source));
  }

  private boolean retireInSecond(Ledger second, String source) {
    journal(source, RetiredSource.of(second, source));
    return second.retire(source);
  }

  private void journal(String source, Optional<RetiredSource> retired) {
    String id = failover.newId();
    long parts = retired.isEmpty() ? 0 : write(id, retired.get());
    JournalWrite<Boolean> write =
        new JournalWrite<>(
            (view, number, nowMs) -> Decided.of(true, entry(id, nowMs, source, parts)));
    try {
      boolean unused = failover.journal().write(write);
    } catch (JournalClosedException e) {
      files.delete(id, parts); // nobody else knows of them
      throw e;
    }
  }

  private static JournalEntry entry(String id, long nowMs, String source, long parts) {
    return new JournalEntry(Kind.RETIRE, id, nowMs, source, null, 0, parts, "", 0);
  }

  private long write(String id, RetiredSource retired) {
    return JournalFiles.withFile(
        file -> {
          retired.write(file, clock.millis());
          return files.put(id, file);
        });
  }

  @Override
  public List<String> retireExpired() {
    return call(Ledger::retireExpired, this::retireExpiredInSecond);
  }

  private List<String> retireExpiredInSecond(Ledger second) {
    long nowMs = clock.millis();
    long beganMs = failover.journal().beganMs();
    boolean isEarly = nowMs < beganMs + PATIENCE.toMillis();
    List<LedgerParts.Part> expired =
        second.parts(Set.of()).parts().stream()
            .filter(part -> part.source() != null && !part.live())
            .toList();
    if (isEarly && expired.stream().anyMatch(part -> part.publishedMs() < beganMs)) {
      return List.of(); // they have not had the time to publish here again
    }
    for (LedgerParts.Part part : expired) {
      String source = part.source();
      if (source != null && part.publishedMs() >= beganMs) { // else the first store has as much
        journal(source, RetiredSource.of(second, source));
      }
    }
    return second.retireExpired();
  }

  // ---- reading ----

  @Override
  public LedgerParts parts(Set<String> without) {
    Set<String> names = Set.copyOf(without);
    return failover.call(
        new FallbackCall<>() {
          @Override
          LedgerParts first(Store store) {
            LedgerParts parts = store.ledger().parts(names);
            lastReads.put(names, parts);
            return parts;
          }

          @Override
          LedgerParts second(Journal journal, Store store) {
            if (!journal.look()) {
              throw new JournalClosedException();
            }
            return lastReads.get(names).orElseGet(() -> store.ledger().parts(names));
          }

          @Override
          LedgerParts safe() {
            Optional<LedgerParts> last = lastReads.get(names);
            return last.isPresent() ? last.get() : super.safe();
          }
        });
  }
}

package io.tallystick.replication;

import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.LedgerParts;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.Publication;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.TurnedClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A memory store's ledger with a faulty line to it. Threading: any; one publishes. */
final class FaultyLedger implements Ledger {
  private final TurnedClock clock;
  private final AtomicReference<MemoryStore> store = new AtomicReference<>();
  private final List<Publication> published = new CopyOnWriteArrayList<>();
  private final List<Publication> late = new ArrayList<>();
  private volatile Line line = Line.GOOD;
  private final AtomicInteger goodOnes = new AtomicInteger(); // publications before the fault
  private Runnable news = () -> {};
  private int readingsBefore;

  FaultyLedger(TurnedClock clock) {
    this.clock = clock;
    empty();
  }

  /** What the line does with a publication. */
  enum Line {
    GOOD,
    /** It does not arrive. */
    LOSES,
    /** It arrives, and the answer does not. */
    LOSES_ANSWERS,
    /** It arrives twice. */
    REPEATS,
    /** It arrives at once, and again when {@link #deliverLate} says so. */
    REPEATS_LATE,
    /** It arrives when {@link #deliverLate} says so; there is no answer. */
    DELAYS,
    /** It arrives, and the store finds that it has lost something of the source. */
    FINDS_LOSS,
    /** Every call fails. */
    CUT,
    /** The store throws what none should. */
    ABSURD
  }

  void set(Line next) {
    set(next, 0);
  }

  /** Has a fault behind so many publications that go well. */
  void set(Line next, int behind) {
    line = next;
    goodOnes.set(behind);
  }

  /** Has something happen right before one of the next readings of the sources; 1 is the next. */
  void beforeSources(int reading, Runnable what) {
    readingsBefore = reading;
    news = what;
  }

  /** Loses all content, as a store does that is killed and keeps nothing. */
  void empty() {
    store.set(MemoryStore.open(Long.MAX_VALUE, clock));
  }

  MemoryStore store() {
    return store.get();
  }

  /** Has another store in its place. */
  void replace(MemoryStore other) {
    store.set(other);
  }

  /** Those that were sent since the last call, whatever became of them. */
  List<Publication> takeSent() {
    List<Publication> sent = List.copyOf(published);
    published.clear();
    return sent;
  }

  /** Has all that was delayed arrive, the last one first. */
  void deliverLate() {
    for (int i = late.size() - 1; i >= 0; i--) {
      Result unused = ledger().publish(late.get(i));
    }
    late.clear();
  }

  private Ledger ledger() {
    return store.get().ledger();
  }

  private Ledger reached() {
    if (line == Line.CUT) {
      throw lost();
    }
    if (line == Line.ABSURD) {
      throw new IllegalStateException("absurd");
    }
    return ledger();
  }

  private static StoreException lost() {
    return new StoreException(Category.TRANSIENT, "line is cut");
  }

  @Override
  public String id() {
    return reached().id();
  }

  @Override
  public Result publish(Publication publication) {
    published.add(publication);
    Ledger ledger = reached();
    if (goodOnes.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      return ledger.publish(publication);
    }
    return switch (line) {
      case LOSES -> throw lost();
      case LOSES_ANSWERS -> {
        Result unused = ledger.publish(publication);
        throw lost();
      }
      case REPEATS -> {
        Result result = ledger.publish(publication);
        Result unused = ledger.publish(publication);
        yield result;
      }
      case FINDS_LOSS -> throw new StoreException(Category.CORRUPT, "store has lost a baseline");
      case DELAYS -> {
        late.add(publication);
        throw lost();
      }
      case REPEATS_LATE -> {
        late.add(publication);
        yield ledger.publish(publication);
      }
      default -> ledger.publish(publication);
    };
  }

  @Override
  public boolean retire(String source) {
    return reached().retire(source);
  }

  @Override
  public List<String> retireExpired() {
    return reached().retireExpired();
  }

  @Override
  public Optional<List<FamilyValues>> baseline(String source) {
    return reached().baseline(source);
  }

  @Override
  public List<Source> sources() {
    if (--readingsBefore == 0) {
      news.run();
    }
    return reached().sources();
  }

  @Override
  public LedgerParts parts(Set<String> without) {
    return reached().parts(without);
  }
}

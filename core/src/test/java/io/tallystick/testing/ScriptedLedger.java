package io.tallystick.testing;

import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.LedgerParts;
import io.tallystick.store.Publication;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** Another ledger that cannot be written; what happens before each reading is a test's. */
public final class ScriptedLedger implements Ledger {
  private final Ledger content;
  private final AtomicInteger readings = new AtomicInteger();
  private volatile Callable<?> before = () -> true;

  public ScriptedLedger(Ledger content) {
    this.content = content;
  }

  /** What happens before each reading from now on. */
  public void beforeReading(Callable<?> action) {
    before = action;
  }

  /** How often it was read. */
  public int readings() {
    return readings.get();
  }

  @Override
  public LedgerParts parts(Set<String> without) {
    readings.incrementAndGet();
    try {
      before.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return content.parts(without);
  }

  @Override
  public String id() {
    return content.id();
  }

  @Override
  public List<Source> sources() {
    return content.sources();
  }

  @Override
  public Optional<List<FamilyValues>> baseline(String source) {
    return content.baseline(source);
  }

  @Override
  public Result publish(Publication publication) {
    throw new AssertionError("a scrape writes nothing");
  }

  @Override
  public boolean retire(String source) {
    throw new AssertionError("a scrape writes nothing");
  }

  @Override
  public List<String> retireExpired() {
    throw new AssertionError("a scrape writes nothing");
  }
}

package io.tallystick.fallback;

import io.tallystick.fallback.JournalEntry.Kind;
import io.tallystick.fallback.JournalWrite.Decided;
import io.tallystick.store.Store;
import io.tallystick.store.WholeNumber;
import org.jspecify.annotations.Nullable;

/** An addition, which the first store makes once, however often it is sent. */
final class Addition extends FallbackCall<Long> {
  private final String key;
  private final long amount;
  private final AdditionWriters.Writer writer;
  private final AdditionWriters journalWriters;
  private final Failover failover;
  private final LastKnown known;
  private @Nullable JournalWrite<Long> journalWrite; // made when it is needed
  private AdditionWriters.@Nullable Writer journalWriter;

  Addition(
      String key,
      long amount,
      AdditionWriters.Writer writer,
      AdditionWriters journalWriters,
      Failover failover) {
    this.key = key;
    this.amount = amount;
    this.writer = writer;
    this.journalWriters = journalWriters;
    this.failover = failover;
    this.known = failover.known();
  }

  @Override
  Long first(Store store) {
    AdditionWriters.Writer who = journalWriter == null ? writer : journalWriter;
    long beganNs = known.nowNs();
    long sum = store.keyValues().increment(key, amount, who.name(), who.number());
    known.added(key, sum, amount, beganNs);
    return sum;
  }

  @Override
  Long second(Journal journal, Store store) {
    JournalWrite<Long> write =
        journalWrite == null ? new JournalWrite<>(this::decide) : journalWrite;
    journalWrite = write;
    long sum = journal.write(write);
    known.journalled(write.entry());
    if (journalWriter != null) {
      journalWriters.give(journalWriter);
      journalWriter = null;
    }
    return sum;
  }

  /**
   * Of what was sent to the first store already, it is the one under which that was; and the other
   * way round, since a row that was not answered may be there, and replayed.
   */
  private AdditionWriters.Writer writerInJournal() {
    if (journalWriter != null) {
      return journalWriter;
    }
    if (isDoubtful() || !writer.isOurs()) {
      return writer;
    }
    journalWriter = journalWriters.take();
    return journalWriter;
  }

  private Decided<Long> decide(JournalView view, long entryNumber, long nowMs) {
    StoredValue before = view.present(key);
    AdditionWriters.Writer who = writerInJournal();
    boolean isDone = view.isAdded(key, who.name(), who.number());
    long sum = WholeNumber.sum(before.value(), isDone ? 0 : amount);
    if (isDone || (amount == 0 && before.isThere())) {
      return Decided.of(sum, null);
    }
    byte[] value = WholeNumber.toBytes(sum);
    String id = failover.newId();
    return Decided.of(
        sum,
        new JournalEntry(
            Kind.ADD, id, nowMs, key, value, before.endMs(), amount, who.name(), who.number()));
  }
}

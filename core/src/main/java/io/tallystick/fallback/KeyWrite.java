package io.tallystick.fallback;

import io.tallystick.store.KeyValues;
import io.tallystick.store.Store;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A write to a key: what it is in the first store, and how the journal decides it. */
final class KeyWrite<T> extends FallbackCall<T> {
  private final LastKnown known;
  private final Function<KeyValues, T> first;
  private final JournalWrite.Decision<T> decision;
  private @Nullable JournalWrite<T> journalWrite; // made when it is needed

  KeyWrite(LastKnown known, Function<KeyValues, T> first, JournalWrite.Decision<T> decision) {
    this.known = known;
    this.first = first;
    this.decision = decision;
  }

  @Override
  T first(Store store) {
    if (journalWrite != null && journalWrite.isDoubtful()) { // and replayed
      doubt();
    }
    return first.apply(store.keyValues());
  }

  @Override
  T second(Journal journal, Store store) {
    JournalWrite<T> write = journalWrite == null ? new JournalWrite<>(decision) : journalWrite;
    journalWrite = write;
    T result = journal.write(write);
    known.journalled(write.entry());
    return result;
  }
}

package io.tallystick.fallback;

import io.tallystick.store.KeyValues;
import io.tallystick.store.Store;
import java.util.function.Function;

/** A write to a key: what it is in the first store, and how the journal decides it. */
final class KeyWrite<T> extends FallbackCall<T> {
  private final LastKnown known;
  private final Function<KeyValues, T> first;
  private final JournalWrite<T> journalWrite;

  KeyWrite(LastKnown known, Function<KeyValues, T> first, JournalWrite<T> journalWrite) {
    this.known = known;
    this.first = first;
    this.journalWrite = journalWrite;
  }

  @Override
  T first(Store store) {
    if (journalWrite.isDoubtful()) { // and replayed
      doubt();
    }
    return first.apply(store.keyValues());
  }

  @Override
  T second(Journal journal, Store store) {
    T result = journal.write(journalWrite);
    known.journalled(journalWrite.entry());
    return result;
  }
}

package io.tallystick.fallback;

import io.tallystick.fallback.JournalEntry.Kind;
import io.tallystick.fallback.JournalWrite.Decided;
import io.tallystick.store.Deadline;
import io.tallystick.store.KeyValues;
import io.tallystick.store.Limits;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The keys and values of a {@link FallbackStore}. */
final class FallbackKeyValues implements KeyValues {
  private static final String OF_FIRST = "1";
  private static final String OF_SECOND = "2";

  private final Failover failover;
  private final LastKnown known;
  private final Limits limits;
  private final InstantSource clock;
  private final AdditionWriters writers; // of what is sent to the first store at once
  private final AdditionWriters journalWriters;

  FallbackKeyValues(Failover failover, Limits limits, InstantSource clock) {
    this.failover = failover;
    this.known = failover.known();
    this.limits = limits;
    this.clock = clock;
    this.writers = new AdditionWriters(failover::newId);
    this.journalWriters = new AdditionWriters(failover::newId);
  }

  private String checked(String key) {
    failover.requireOpen();
    limits.checkKey(key);
    if (key.startsWith(JournalRows.PREFIX)) {
      throw new StoreException(
          Category.PERMANENT, "key is the fallback's own: prefix=" + JournalRows.PREFIX);
    }
    return key;
  }

  // ---- reading ----

  /** What a key is, in each mode. */
  private <T> T read(String key, Function<KeyValues, T> first, Function<StoredValue, T> otherwise) {
    checked(key);
    return failover.call(
        new FallbackCall<>() {
          @Override
          T first(Store store) {
            return first.apply(store.keyValues());
          }

          @Override
          T second(Journal journal, Store store) {
            return otherwise.apply(journal.value(key));
          }

          @Override
          T safe() {
            Optional<StoredValue> last = known.get(key);
            return last.isPresent() ? otherwise.apply(last.get()) : super.safe();
          }
        });
  }

  @Override
  public Optional<byte[]> get(String key) {
    return read(
        key,
        first -> {
          int before = known.changes(key);
          Optional<byte[]> value = first.get(key);
          known.read(key, before, value.orElse(null));
          return value;
        },
        value -> Optional.ofNullable(value.value()).map(byte[]::clone));
  }

  @Override
  public boolean exists(String key) {
    return read(key, first -> first.exists(key), StoredValue::isThere);
  }

  @Override
  public Optional<Duration> timeToLive(String key) {
    return read(
        key,
        first -> first.timeToLive(key),
        value ->
            value.isThere() && value.endMs() != Deadline.NEVER_MS
                ? Optional.of(Duration.ofMillis(Math.max(1, value.endMs() - clock.millis())))
                : Optional.empty());
  }

  @Override
  public Page scan(String prefix, @Nullable String cursor, int limit) {
    failover.requireOpen();
    if (limit <= 0) {
      throw new IllegalArgumentException("limit is not above zero: limit=" + limit);
    }
    return failover.call(
        new FallbackCall<>() {
          @Override
          Page first(Store store) {
            Page page = store.keyValues().scan(prefix, of(OF_FIRST, cursor), limit);
            return new Page(page.keys(), to(OF_FIRST, page.next()));
          }

          @Override
          Page second(Journal journal, Store store) {
            Page page = journal.scan(prefix, of(OF_SECOND, cursor), limit);
            return new Page(page.keys(), to(OF_SECOND, page.next()));
          }
        });
  }

  /** A cursor of the store that is in use; of the other one, the scan begins anew. */
  private static @Nullable String of(String store, @Nullable String cursor) {
    return cursor == null || !cursor.startsWith(store) ? null : cursor.substring(1);
  }

  private static @Nullable String to(String store, @Nullable String cursor) {
    return cursor == null ? null : store + cursor;
  }

  // ---- writing ----

  /** A write: what it does to the first store, and what the journal has of it. */
  private <T> KeyWrite<T> write(Function<KeyValues, T> first, JournalWrite.Decision<T> decision) {
    failover.relieve();
    return new KeyWrite<>(known, first, decision);
  }

  private long end(@Nullable Duration timeToLive) {
    return timeToLive == null ? Deadline.NEVER_MS : Deadline.after(clock.millis(), timeToLive);
  }

  private JournalEntry entry(
      Kind kind, String key, byte @Nullable [] value, long endMs, long nowMs) {
    return JournalEntry.ofKey(kind, failover.newId(), nowMs, key, value, endMs);
  }

  @Override
  public void put(String key, byte[] value) {
    putFor(key, value, null);
  }

  @Override
  public void put(String key, byte[] value, Duration timeToLive) {
    putFor(key, value, Deadline.checked(timeToLive));
  }

  private void putFor(String key, byte[] value, @Nullable Duration timeToLive) {
    checked(key);
    byte[] copy = limits.copyValue(value);
    long endMs = end(timeToLive);
    boolean unused =
        failover.call(
            write(
                first -> {
                  if (timeToLive == null) {
                    first.put(key, copy);
                  } else {
                    first.put(key, copy, timeToLive);
                  }
                  known.wrote(key, copy, endMs);
                  return true;
                },
                (view, number, nowMs) ->
                    Decided.of(true, entry(Kind.PUT, key, copy, endMs, nowMs))));
  }

  @Override
  public boolean putIfAbsent(String key, byte[] value) {
    return putIfAbsentFor(key, value, null);
  }

  @Override
  public boolean putIfAbsent(String key, byte[] value, Duration timeToLive) {
    return putIfAbsentFor(key, value, Deadline.checked(timeToLive));
  }

  private boolean putIfAbsentFor(String key, byte[] value, @Nullable Duration timeToLive) {
    checked(key);
    byte[] copy = limits.copyValue(value);
    long endMs = end(timeToLive);
    KeyWrite<Boolean> call =
        write(
            first -> {
              boolean isPut =
                  timeToLive == null
                      ? first.putIfAbsent(key, copy)
                      : first.putIfAbsent(key, copy, timeToLive);
              if (isPut) {
                known.wrote(key, copy, endMs);
              }
              return isPut;
            },
            (view, number, nowMs) ->
                view.present(key).isThere()
                    ? Decided.of(false, null)
                    : Decided.of(true, entry(Kind.PUT, key, copy, endMs, nowMs)));
    return call.certain(failover.call(call));
  }

  @Override
  public boolean compareAndSet(String key, byte[] expected, byte[] value) {
    checked(key);
    byte[] copy = limits.copyValue(value);
    byte[] old = expected.clone();
    KeyWrite<Boolean> call =
        write(
            first -> {
              boolean isSet = first.compareAndSet(key, old, copy);
              if (isSet) {
                known.replaced(key, copy);
              }
              return isSet;
            },
            (view, number, nowMs) -> {
              StoredValue before = view.present(key);
              return Arrays.equals(before.value(), old)
                  ? Decided.of(true, entry(Kind.PUT, key, copy, before.endMs(), nowMs))
                  : Decided.of(false, null);
            });
    return call.certain(failover.call(call));
  }

  @Override
  public boolean delete(String key) {
    checked(key);
    KeyWrite<Boolean> call =
        write(
            first -> {
              boolean isDeleted = first.delete(key);
              known.wrote(key, null, Deadline.NEVER_MS);
              return isDeleted;
            },
            (view, number, nowMs) -> // the first store may have what the second never had
            Decided.of(
                    view.present(key).isThere(),
                    entry(Kind.DELETE, key, null, Deadline.NEVER_MS, nowMs)));
    return call.certain(failover.call(call));
  }

  @Override
  public boolean expire(String key, Duration timeToLive) {
    checked(key);
    long endMs = Deadline.after(clock.millis(), timeToLive);
    return failover.call(
        write(
            first -> {
              boolean isThere = first.expire(key, timeToLive);
              known.expired(key, isThere ? endMs : 0);
              return isThere;
            },
            (view, number, nowMs) -> {
              byte[] value = view.present(key).value();
              return value == null
                  ? Decided.of(false, null)
                  : Decided.of(true, entry(Kind.EXPIRE, key, value, endMs, nowMs));
            }));
  }

  @Override
  public long increment(String key, long amount) {
    AdditionWriters.Writer writer = writers.take();
    Addition addition = addition(key, amount, writer);
    long sum = failover.call(addition);
    if (!addition.isDoubtful()) {
      writers.give(writer);
    }
    return sum;
  }

  @Override
  public long increment(String key, long amount, String writer, long number) {
    limits.checkKey(writer);
    return failover.call(addition(key, amount, new AdditionWriters.Writer(writer, number)));
  }

  private Addition addition(String key, long amount, AdditionWriters.Writer writer) {
    failover.relieve();
    return new Addition(checked(key), amount, writer, journalWriters, failover);
  }
}

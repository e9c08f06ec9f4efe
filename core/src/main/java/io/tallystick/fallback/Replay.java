package io.tallystick.fallback;

import io.tallystick.store.BackupReader;
import io.tallystick.store.Deadline;
import io.tallystick.store.JobQueue;
import io.tallystick.store.KeyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.WholeNumber;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Does to the first store what an entry of the {@link Journal} says. Done twice, it does no more
 * than done once: additions are sent under their numbers, and all else says what is to be.
 */
final class Replay {
  private final JournalFiles files;
  private final JobMarks marks;
  private final InstantSource clock;

  Replay(JournalFiles files, JobMarks marks, InstantSource clock) {
    this.files = files;
    this.marks = marks;
    this.clock = clock;
  }

  /**
   * Does it.
   *
   * @param isBehindWrite whether the value that it was added to may have been written again, too
   * @return the sum, of an addition
   * @throws StoreException as the first store does; PERMANENT where it never will do it, or what
   *     the journal has of it is damaged
   */
  OptionalLong run(JournalEntry entry, boolean isBehindWrite, Store first) {
    switch (entry.kind()) {
      case BEGIN, END -> {}
      case PUT -> put(entry, first.keyValues());
      case DELETE -> {
        boolean unused = first.keyValues().delete(entry.name());
      }
      case EXPIRE -> expire(entry, first.keyValues());
      case ADD -> {
        return add(entry, isBehindWrite, first.keyValues());
      }
      case ACKNOWLEDGE, EXTEND, RETRY -> job(entry, first);
      case RETIRE -> retire(entry, first.ledger());
      case RESTORE -> restore(entry, first);
      case DAMAGED ->
          throw new StoreException(Category.PERMANENT, "journal has a row that cannot be read");
    }
    return OptionalLong.empty();
  }

  private void put(JournalEntry entry, KeyValues first) {
    byte[] value = Objects.requireNonNull(entry.value());
    long leftMs = entry.endMs() - clock.millis();
    if (entry.endMs() == Deadline.NEVER_MS) {
      first.put(entry.name(), value);
    } else if (leftMs > 0) {
      first.put(entry.name(), value, Duration.ofMillis(leftMs));
    } else {
      boolean unused = first.delete(entry.name());
    }
  }

  private void expire(JournalEntry entry, KeyValues first) {
    long leftMs = entry.endMs() - clock.millis();
    boolean unused =
        leftMs > 0
            ? first.expire(entry.name(), Duration.ofMillis(leftMs))
            : first.delete(entry.name());
  }

  private OptionalLong add(JournalEntry entry, boolean isBehindWrite, KeyValues first) {
    if (entry.endMs() <= clock.millis() && !first.exists(entry.name())) {
      return OptionalLong.empty(); // what it was added to has ended
    }
    long sum = increment(entry, first);
    long intended = WholeNumber.sum(entry.value(), 0);
    return OptionalLong.of(
        isBehindWrite && sum != intended && sum == intended - entry.amount()
            ? addAgain(entry, sum, first)
            : sum);
  }

  private static long increment(JournalEntry entry, KeyValues first) {
    try {
      return first.increment(entry.name(), entry.amount(), entry.writer(), entry.number());
    } catch (StoreException e) {
      if (e.category() == Category.PERMANENT && canAdd(first, entry)) {
        throw new StoreException( // it is full, or the like
            Category.TRANSIENT, "first store refuses an addition: cause=" + e.getMessage(), e);
      }
      throw e;
    }
  }

  /** The first store has it from an earlier attempt, but the write ahead of it was made again. */
  private static long addAgain(JournalEntry entry, long sum, KeyValues first) {
    while (true) {
      Optional<byte[]> present = first.get(entry.name());
      if (present.isEmpty() && entry.endMs() != Deadline.NEVER_MS) {
        return sum; // it has just ended
      }
      long next = WholeNumber.sum(present.orElse(null), entry.amount());
      boolean isAdded =
          present.isEmpty()
              ? first.putIfAbsent(entry.name(), WholeNumber.toBytes(next))
              : first.compareAndSet(entry.name(), present.get(), WholeNumber.toBytes(next));
      if (isAdded) {
        return next;
      }
    }
  }

  private static boolean canAdd(KeyValues first, JournalEntry entry) {
    Optional<byte[]> present = first.get(entry.name());
    try {
      long unused = WholeNumber.sum(present.orElse(null), entry.amount());
      return true;
    } catch (StoreException e) {
      return false;
    }
  }

  private void job(JournalEntry entry, Store first) {
    JournalJob detail = read(() -> JournalJob.of(Objects.requireNonNull(entry.value())));
    JobQueue queue = first.jobQueue(entry.name(), detail.policy());
    switch (entry.kind()) {
      case ACKNOWLEDGE -> {
        if (!queue.acknowledge(detail.job())) {
          marks.ended(
              entry.name(), detail.job()); // its lease has run out, and it may be given again
        }
      }
      case EXTEND -> {
        long leftMs = detail.endMs() - clock.millis();
        if (leftMs > 0 && !queue.extend(detail.job(), Duration.ofMillis(leftMs))) {
          marks.held(entry.name(), detail.job(), detail.endMs()); // likewise
        }
      }
      default -> {
        boolean unused = queue.retry(detail.job(), detail.error());
      }
    }
  }

  private void retire(JournalEntry entry, Ledger first) {
    if (entry.amount() == 0) {
      boolean unused = first.retire(entry.name()); // the second store had nothing of it
      return;
    }
    withFile(entry, file -> RetiredSource.retire(first, entry.name(), file));
  }

  private void restore(JournalEntry entry, Store first) {
    withFile(entry, file -> first.restore(file, RestoreMode.MERGE));
  }

  /** Does something with an entry's file, once that is known to be whole. */
  private void withFile(JournalEntry entry, Consumer<Path> work) {
    boolean unused =
        JournalFiles.withFile(
            file -> {
              BackupReader unusedReader =
                  read(
                      () -> {
                        files.get(entry.id(), entry.amount(), file);
                        return BackupReader.open(file);
                      });
              work.accept(file);
              return true;
            });
  }

  /** Reads what the journal has of an entry. */
  private static <T> T read(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (StoreException e) {
      if (e.category() == Category.TRANSIENT) {
        throw e;
      }
      // a file of our own that cannot be read now may be the next time, or by a newer version
      boolean isDamaged = e.category() == Category.CORRUPT;
      throw new StoreException(
          isDamaged ? Category.PERMANENT : Category.TRANSIENT, String.valueOf(e.getMessage()), e);
    }
  }
}

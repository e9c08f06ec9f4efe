package io.tallystick.fallback;

import io.tallystick.fallback.JournalEntry.Kind;
import io.tallystick.store.BackupReader;
import io.tallystick.store.Deadline;
import io.tallystick.store.JobQueue;
import io.tallystick.store.KeyValues;
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
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Does to the first store what an entry of the {@link Journal} says. Done twice, it does no more
 * than done once: additions are sent under their numbers, and all else says what is to be. What the
 * second store is asked for meanwhile, as for files, says nothing of the first one's circuit.
 */
final class Replay {
  private final Failover failover;
  private final JournalFiles files;
  private final JobMarks marks;
  private final InstantSource clock;

  Replay(Failover failover, JournalFiles files, JobMarks marks, InstantSource clock) {
    this.failover = failover;
    this.files = files;
    this.marks = marks;
    this.clock = clock;
  }

  /**
   * Does it.
   *
   * @param isBehindWrite whether the value that it was added to may have been written again, too
   * @return the sum, of an addition
   * @throws StoreException as either store does; PERMANENT where it never will do it, or what the
   *     journal has of it is damaged
   */
  OptionalLong run(JournalEntry entry, boolean isBehindWrite) {
    switch (entry.kind()) {
      case BEGIN, END -> {}
      case PUT, DELETE, EXPIRE, ADD -> {
        return failover.replay(first -> key(entry, isBehindWrite, first.keyValues()));
      }
      case ACKNOWLEDGE, EXTEND, RETRY -> job(entry);
      case RETIRE -> retire(entry);
      case RESTORE -> withFile(entry, (first, file) -> first.restore(file, RestoreMode.MERGE));
      case DAMAGED ->
          throw new StoreException(Category.PERMANENT, "journal has a row that cannot be read");
    }
    return OptionalLong.empty();
  }

  private OptionalLong key(JournalEntry entry, boolean isBehindWrite, KeyValues first) {
    switch (entry.kind()) {
      case PUT -> put(entry, first);
      case EXPIRE -> expire(entry, first);
      case ADD -> {
        return add(entry, isBehindWrite, first);
      }
      default -> {
        boolean unused = first.delete(entry.name());
      }
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

  private void job(JournalEntry entry) {
    JournalJob detail = read(() -> JournalJob.of(Objects.requireNonNull(entry.value())));
    boolean isHad = failover.replay(first -> job(entry, detail, first));
    if (!isHad) { // its lease has run out, and it may be given again
      if (entry.kind() == Kind.EXTEND) {
        marks.held(entry.name(), detail.job(), detail.endMs());
      } else {
        marks.ended(entry.name(), detail.job());
      }
    }
  }

  /** Whether the first store still had the job for its worker, where that makes a difference. */
  private boolean job(JournalEntry entry, JournalJob detail, Store first) {
    JobQueue queue = first.jobQueue(entry.name(), detail.policy());
    return switch (entry.kind()) {
      case ACKNOWLEDGE -> queue.acknowledge(detail.job());
      case EXTEND -> {
        long leftMs = detail.endMs() - clock.millis();
        yield leftMs <= 0 || queue.extend(detail.job(), Duration.ofMillis(leftMs));
      }
      default -> {
        boolean unused = queue.retry(detail.job(), detail.error());
        yield true;
      }
    };
  }

  private void retire(JournalEntry entry) {
    if (entry.amount() == 0) { // the second store had nothing of it
      boolean unused = failover.replay(first -> first.ledger().retire(entry.name()));
    } else {
      withFile(entry, (first, file) -> RetiredSource.retire(first.ledger(), entry.name(), file));
    }
  }

  /** Has the first store do something with an entry's file, once that is known to be whole. */
  private void withFile(JournalEntry entry, BiConsumer<Store, Path> work) {
    boolean unused =
        JournalFiles.withFile(
            file -> {
              BackupReader unusedReader =
                  read(
                      () -> {
                        files.get(entry.id(), entry.amount(), file);
                        return BackupReader.open(file);
                      });
              return failover.replay(
                  first -> {
                    work.accept(first, file);
                    return true;
                  });
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

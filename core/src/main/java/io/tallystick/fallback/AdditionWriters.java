package io.tallystick.fallback;

import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Names under which additions are sent to the first store. Whoever adds has one for himself, so
 * that numbers of one name arrive in their order; one whose addition was not answered is not used
 * again, so that no greater number makes the first store take that one for done. For the same
 * reason what is sent at once and what is journalled have names of their own. Threading: any.
 */
final class AdditionWriters {
  private static final int PLACES = 16;

  private final Supplier<String> ids;

  /** Idle ones. The first there is is used: the fewer are used, the less is noted of each key. */
  private final AtomicReferenceArray<@Nullable Writer> idle = new AtomicReferenceArray<>(PLACES);

  private final Deque<Writer> moreIdle = new ConcurrentLinkedDeque<>();

  AdditionWriters(Supplier<String> ids) {
    this.ids = ids;
  }

  Writer take() {
    Writer writer = idle();
    if (writer == null) {
      writer = new Writer(JournalRows.PREFIX + ids.get(), 0);
    }
    writer.number++;
    return writer;
  }

  private @Nullable Writer idle() {
    for (int i = 0; i < PLACES; i++) {
      Writer writer = idle.get(i);
      if (writer != null && idle.compareAndSet(i, writer, null)) {
        return writer;
      }
    }
    return moreIdle.pollFirst();
  }

  void give(Writer writer) {
    for (int i = 0; i < PLACES; i++) {
      if (idle.get(i) == null && idle.compareAndSet(i, null, writer)) {
        return;
      }
    }
    moreIdle.addFirst(writer);
  }

  /** A name, and the number of its last addition. */
  static final class Writer {
    private final String name;
    private long number;

    Writer(String name, long number) {
      this.name = name;
      this.number = number;
    }

    /** Whether no caller has chosen the name. */
    boolean isOurs() {
      return name.startsWith(JournalRows.PREFIX);
    }

    String name() {
      return name;
    }

    long number() {
      return number;
    }
  }
}

package io.tallystick.fallback;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A mode, and the changes of it. Threading: any; what is of this package is told by the thread that
 * changes it, one change at a time, and an application's callbacks behind that.
 */
final class ModeSwitch {
  private static final System.Logger LOG = System.getLogger(ModeSwitch.class.getName());
  private static final int MOST_TRANSITIONS = 100;
  private static final long CALLBACK_MS = 5_000;

  private final String what;
  private final InstantSource clock;
  private final Deque<ModeTransition> transitions = new ArrayDeque<>(); // guarded by this
  private final List<Consumer<ModeTransition>> listeners = new CopyOnWriteArrayList<>();
  private final ModeCallbacks callbacks = new ModeCallbacks(CALLBACK_MS);
  private long count; // guarded by this
  private volatile FallbackMode mode = FallbackMode.PRIMARY; // written with this locked

  /**
   * @param what whose mode it is, for people
   */
  ModeSwitch(String what, InstantSource clock) {
    this.what = what;
    this.clock = clock;
  }

  FallbackMode mode() {
    return mode;
  }

  /** Adds a listener of this package. */
  void addListener(Consumer<ModeTransition> listener) {
    listeners.add(listener);
  }

  void removeListener(Consumer<ModeTransition> listener) {
    boolean unused = listeners.remove(listener);
  }

  /** Adds a callback of an application, for a mode or, where that is null, for each. */
  void addCallback(@Nullable FallbackMode entered, Consumer<ModeTransition> callback) {
    callbacks.add(entered, callback);
  }

  synchronized void set(FallbackMode next, String reason) {
    FallbackMode before = mode;
    if (before == next) {
      return;
    }
    mode = next;
    count++;
    ModeTransition transition =
        new ModeTransition(Instant.ofEpochMilli(clock.millis()), before, next, reason);
    if (transitions.size() == MOST_TRANSITIONS) {
      transitions.removeFirst();
    }
    transitions.addLast(transition);
    LOG.log(
        next == FallbackMode.PRIMARY ? System.Logger.Level.INFO : System.Logger.Level.WARNING,
        what + " changes its mode: from=" + before + " to=" + next + " reason=" + reason);
    listeners.forEach(listener -> listener.accept(transition));
    callbacks.tell(transition);
  }

  /** The last changes, the newest last. */
  synchronized List<ModeTransition> transitions() {
    return new ArrayList<>(transitions);
  }

  /** The last of these changes. */
  static List<ModeTransition> last(List<ModeTransition> transitions, int limit) {
    int size = transitions.size();
    return List.copyOf(transitions.subList(Math.max(0, size - limit), size));
  }

  /** How many changes there were. */
  synchronized long count() {
    return count;
  }
}

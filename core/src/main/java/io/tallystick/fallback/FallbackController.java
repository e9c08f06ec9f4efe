package io.tallystick.fallback;

import io.tallystick.health.FallbackHealth;
import io.tallystick.health.HealthState;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The mode of an application: who asks, whoever it is, is told the same one.
 *
 * <p>It is, in this order: that in which all who share the store are held; that in which this
 * process is held; else the worse one of what the last state of health asks for, and of the
 * fallback store that it follows. {@link Detectors} and {@link NamedFallbacks} do what depends on
 * it.
 *
 * <p>Changes are stored for a day, and told to callbacks. A store that is away keeps nobody
 * waiting: a thread of the controller's own writes and reads it, and what the store said last
 * holds.
 *
 * <p>Threading: any.
 */
public final class FallbackController implements AutoCloseable {
  private static final Duration REFRESH_EVERY = Duration.ofSeconds(1);
  private static final int RECENT = 10;

  private final ModeSwitch modes;
  private final ModeDecision decision;
  private final @Nullable FallbackStore followed;
  private final @Nullable Store store;
  private final @Nullable TransitionLog log;
  private final @Nullable FleetPin fleetPin;
  private final @Nullable Background refresher;
  private final Consumer<ModeTransition> follower = this::storeChanged;

  FallbackController(FallbackControllerBuilder builder) {
    this.modes = new ModeSwitch("application", builder.clock);
    this.followed = builder.followed;
    this.decision = new ModeDecision(modes, followed);
    this.store = builder.store;
    this.log = store == null ? null : new TransitionLog(store.keyValues());
    this.fleetPin = store == null ? null : new FleetPin(store.keyValues());
    if (builder.metrics != null) {
      modes.addListener(builder.metrics.modes(builder.name)::changed);
    }
    if (log != null) {
      modes.addListener(log::keep);
    }
    if (followed != null) {
      followed.addListener(follower); // no callback of others may delay it
    }
    decision.decide();
    this.refresher =
        store != null && builder.runsThread
            ? Background.start("tallystick-fallback-modes", REFRESH_EVERY, this::tryRefresh)
            : null;
  }

  /** A controller in PRIMARY. */
  public static FallbackControllerBuilder builder() {
    return new FallbackControllerBuilder();
  }

  /** The mode. */
  public FallbackMode mode() {
    return modes.mode();
  }

  // ---- what decides ----

  /**
   * Takes in a state of health: two failed components ask for SAFE; an open circuit, or more than
   * fifty attempts of the last hour that failed, for HEURISTIC.
   *
   * @return the mode, which is another one than asked for where it is pinned
   */
  public FallbackMode cascade(HealthState state) {
    return decision.ofHealth(ModeRules.of(state));
  }

  /**
   * Holds this process in a mode, until it is {@linkplain #release released}.
   *
   * @param name of the mode, in upper or lower case
   * @throws IllegalArgumentException where there is no such mode
   */
  public void setMode(String name, String reason) {
    for (FallbackMode each : FallbackMode.values()) {
      if (each.name().equals(name.strip().toUpperCase(Locale.ROOT))) {
        pin(each, reason);
        return;
      }
    }
    throw new IllegalArgumentException(
        "no such mode: mode=" + name + " known=" + List.of(FallbackMode.values()));
  }

  /** Holds this process in a mode, until it is {@linkplain #release released}. */
  public void pin(FallbackMode mode, String reason) {
    decision.ofOwnPin(new ModeRules.Verdict(mode, "pinned: " + reason));
  }

  /** Lets what else there is decide again. */
  public void release() {
    decision.ofOwnPin(null);
  }

  /**
   * Holds all who share the store in a mode; they find it within a second.
   *
   * @throws IllegalStateException where there is no store
   * @throws StoreException where it cannot be written
   */
  public void pinAll(FallbackMode mode, String reason) {
    requirePin().set(mode, reason);
    refresh();
  }

  /** Releases those. */
  public void releaseAll() {
    requirePin().release();
    decision.ofPinOfAll(null);
    refresh();
  }

  private FleetPin requirePin() {
    if (fleetPin == null) {
      throw new IllegalStateException("controller has no store, and stands for nobody else");
    }
    return fleetPin;
  }

  private void storeChanged(ModeTransition transition) {
    decision.decide();
  }

  // ---- the store ----

  /**
   * Stores the changes that are not stored yet, and takes in whether all are held in a mode. The
   * controller does it by itself once a second.
   *
   * @throws StoreException where the store cannot be used
   */
  public void refresh() {
    if (log == null || fleetPin == null) {
      return;
    }
    log.store();
    Optional<ModeRules.Verdict> pin = fleetPin.get();
    if (pin.isPresent() || !isCutOff()) {
      decision.ofPinOfAll(pin.orElse(null));
    }
    log.store();
  }

  /** Whether the store may not show what other hosts have written: then what it said last holds. */
  private boolean isCutOff() {
    return store instanceof FallbackStore two && two.mode() != FallbackMode.PRIMARY;
  }

  private void tryRefresh() {
    try {
      refresh();
    } catch (StoreException e) {
      // it is tried again
    }
  }

  // ---- what it says ----

  /**
   * The last changes, the newest last: of all who share the store, of the last day; of this process
   * alone where there is no store, or it cannot be read.
   *
   * @throws IllegalArgumentException where the limit is below zero
   */
  public List<ModeTransition> transitions(int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("limit is below zero: limit=" + limit);
    }
    if (log != null) {
      try {
        log.store();
        return log.last(limit);
      } catch (StoreException e) {
        // then those of this process
      }
    }
    return ModeSwitch.last(modes.transitions(), limit);
  }

  /**
   * Has each entering of a mode told, to all callbacks in the order in which they were registered.
   * One that throws or hangs stops nothing.
   */
  public void onEnter(FallbackMode mode, Consumer<ModeTransition> callback) {
    modes.addCallback(
        Objects.requireNonNull(mode, "mode"), Objects.requireNonNull(callback, "callback"));
  }

  /** What health says of it: {@code HealthMonitor.builder().fallback(controller::health)}. */
  public FallbackHealth health() {
    return new FallbackHealth(
        mode().name(),
        ModeSwitch.last(modes.transitions(), RECENT).stream()
            .map(
                each -> each.time() + " " + each.from() + " -> " + each.to() + ": " + each.reason())
            .toList());
  }

  /** What it counts. */
  public Figures figures() {
    FallbackMode now = mode();
    return new Figures(
        now,
        now != FallbackMode.PRIMARY,
        now == FallbackMode.SAFE,
        modes.count(),
        ModeSwitch.last(modes.transitions(), RECENT));
  }

  /** Ends its thread, and follows nobody any more. The stores are left open. */
  @Override
  public void close() {
    if (followed != null) {
      followed.removeListener(follower);
    }
    if (refresher != null) {
      refresher.close();
    }
  }

  /**
   * What a controller counts.
   *
   * @param totalTransitions changes of the mode since it was opened
   * @param recentTransitions the last ten of them, the newest last
   */
  public record Figures(
      FallbackMode currentMode,
      boolean isDegraded,
      boolean isSafeMode,
      long totalTransitions,
      List<ModeTransition> recentTransitions) {
    /** Copies the list. */
    public Figures {
      recentTransitions = List.copyOf(recentTransitions);
    }
  }
}

package io.tallystick.fallback;

import io.tallystick.store.Store;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes a {@link FallbackController}. */
public final class FallbackControllerBuilder {
  String name = "application";
  InstantSource clock = InstantSource.system();
  @Nullable Store store;
  @Nullable FallbackStore followed;
  @Nullable FallbackMetrics metrics;
  boolean runsThread = true;

  FallbackControllerBuilder() {}

  /** What it is called in metrics; default {@code application}. */
  public FallbackControllerBuilder name(String name) {
    this.name = Objects.requireNonNull(name, "name");
    return this;
  }

  /** Where changes are stored, and what all who use it may be held in. */
  public FallbackControllerBuilder store(Store store) {
    this.store = store;
    return this;
  }

  /** A fallback store whose mode counts, too: the controller's is never better. */
  public FallbackControllerBuilder follow(FallbackStore followed) {
    this.followed = followed;
    return this;
  }

  /** Where it counts. */
  public FallbackControllerBuilder metrics(FallbackMetrics metrics) {
    this.metrics = metrics;
    return this;
  }

  /** The clock of the changes; default the system's. */
  public FallbackControllerBuilder clock(InstantSource clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
    return this;
  }

  /** Leaves it to the caller to {@link FallbackController#refresh}. */
  FallbackControllerBuilder withoutThread() {
    this.runsThread = false;
    return this;
  }

  /** Begins in PRIMARY, or in the mode of the store that it follows. */
  public FallbackController open() {
    return new FallbackController(this);
  }
}

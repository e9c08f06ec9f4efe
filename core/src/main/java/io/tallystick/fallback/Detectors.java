package io.tallystick.fallback;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an application does in each mode: the work that is meant to be done in PRIMARY, another one
 * in HEURISTIC, none in SAFE. Immutable; threading is that of both.
 *
 * @param <I> what they are given
 * @param <O> what they find
 */
public final class Detectors<I, O> {
  private final FallbackController controller;
  private final @Nullable Function<? super I, ? extends O> primary;
  private final @Nullable Function<? super I, ? extends O> heuristic;

  /**
   * @param primary null where there is none
   * @param heuristic null where there is none
   */
  public Detectors(
      FallbackController controller,
      @Nullable Function<? super I, ? extends O> primary,
      @Nullable Function<? super I, ? extends O> heuristic) {
    this.controller = Objects.requireNonNull(controller, "controller");
    this.primary = primary;
    this.heuristic = heuristic;
  }

  /** Asks the detector of the mode; throws what that throws. */
  public Detection<O> detect(I input) {
    FallbackMode mode = controller.mode();
    return switch (mode) {
      case PRIMARY -> ask(mode, primary, input, "primary_unavailable");
      case HEURISTIC -> ask(mode, heuristic, input, "heuristic_unavailable");
      case SAFE -> new Detection<>(mode, Optional.empty(), "no_action");
    };
  }

  private static <I, O> Detection<O> ask(
      FallbackMode mode,
      @Nullable Function<? super I, ? extends O> detector,
      I input,
      String otherwise) {
    return detector == null
        ? new Detection<>(mode, Optional.empty(), otherwise)
        : new Detection<>(mode, Optional.ofNullable(detector.apply(input)), "");
  }

  /**
   * What was found.
   *
   * @param mode in which mode
   * @param found empty where nothing was
   * @param reason why nobody was asked: {@code primary_unavailable}, {@code heuristic_unavailable},
   *     or {@code no_action} in SAFE; empty where somebody was
   */
  public record Detection<O>(FallbackMode mode, Optional<O> found, String reason) {}
}

package io.tallystick.sd.generate;

import java.time.Duration;

/** What hears of each generator's run; called on the thread that ran it. */
public interface RunObserver {
  /** An observer that does nothing. */
  RunObserver NONE = (generator, duration, succeeded) -> {};

  /** A generator gave a value within the rules, or failed; not called for one that was stopped. */
  void ended(String generator, Duration duration, boolean succeeded);
}

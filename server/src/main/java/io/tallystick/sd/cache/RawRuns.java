package io.tallystick.sd.cache;

import io.tallystick.sd.generate.GenerationException;
import io.tallystick.sd.generate.Targets;

/** Runs of single generators whose values are asked for as they are. */
final class RawRuns {
  private final Targets targets;

  RawRuns(Targets targets) {
    this.targets = targets;
  }

  String run(TargetQuery query) throws GenerationException, InterruptedException {
    return targets.raw(query.path(), query.arguments());
  }
}

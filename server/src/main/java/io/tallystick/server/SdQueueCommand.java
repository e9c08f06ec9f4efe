package io.tallystick.server;

import io.tallystick.sd.cache.GenerationQueue;
import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.DeadLetter;
import io.tallystick.store.Store;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tallystick sd queue}: how many generations wait and run, and which failed for good. */
@Command(
    name = "queue",
    description =
        "Shows how many generations are queued, delayed, running and dead, and the dead ones.")
final class SdQueueCommand implements Callable<Integer> {
  private static final int SHOWN = 100;

  @Mixin private final SdStoreOption store = new SdStoreOption();

  @Option(
      names = {"--retry-dead", "--retry_dead"},
      description = "Queues the dead ones again.")
  private boolean retryDead;

  private final Output out;

  SdQueueCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    try (Store opened = store.openExisting(SdStoreOption.REDIS)) {
      GenerationQueue queue = GenerationQueue.of(opened);
      if (retryDead) {
        out.line("queued again: jobs=" + queue.retryDead());
      }
      print(queue.sizes());
      List<DeadLetter> letters = queue.deadLetters(SHOWN);
      letters.forEach(this::print);
    }
    return Exit.OK;
  }

  private void print(JobQueue.Sizes sizes) {
    out.line(
        GenerationQueue.NAME
            + " queued="
            + sizes.queued()
            + " delayed="
            + sizes.delayed()
            + " running="
            + sizes.running()
            + " dead="
            + sizes.dead());
    if (sizes.dead() > SHOWN) {
      out.line("the oldest dead: jobs=" + SHOWN);
    }
  }

  private void print(DeadLetter letter) {
    out.line("dead: path=" + letter.key() + " runs=" + letter.attempts() + " " + letter.error());
  }
}

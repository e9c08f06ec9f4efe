package io.tallystick.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.shm.ProcessFile;
import io.tallystick.testing.Await;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The threads that take values, when they come to harm themselves. */
@Timeout(60)
class MirrorThreadsTest {
  private final ProcessFile file =
      ProcessFile.inHeap(new ProcessFile.Settings(0, 0, 1 << 20, "a", Clock.systemUTC()));
  private final MirrorThreads threads = new MirrorThreads(file, Duration.ofDays(1));

  @AfterEach
  void close() throws IOException {
    threads.close();
    file.close();
  }

  @Test
  void shouldGoOnWithAllWhenTheThreadThatTakesThemDies() throws Exception {
    Deadly deadly = new Deadly();
    Counted counted = new Counted();
    threads.add(counted);
    threads.add(deadly); // taken first
    Thread round = new Thread(() -> threads.turn(Duration.ofSeconds(50)));
    round.start();
    Await.until("the thread is dead", () -> deadly.isLastTakerDead());
    assertThat(counted.takers).isEmpty();

    assertThat(threads.watch(System.nanoTime())).as("nothing hangs").isFalse();
    Await.until("the round goes on to its end", () -> !round.isAlive());
    assertThat(counted.takers).hasSize(1);
    assertThat(threads.turn(Duration.ofSeconds(50))).isTrue();
    assertThat(deadly.takers).hasSize(2).doesNotHaveDuplicates();
    assertThat(counted.takers).hasSize(2).containsOnly(deadly.takers.get(1));
  }

  @Test
  void shouldLeaveTheThreadAloneWhenItLives() {
    Counted counted = new Counted();
    threads.add(counted);
    assertThat(threads.turn(Duration.ofSeconds(50))).isTrue();
    assertThat(threads.watch(System.nanoTime())).isFalse();
    assertThat(threads.turn(Duration.ofSeconds(50))).isTrue();
    assertThat(counted.takers).hasSize(2);
    assertThat(counted.takers.get(1)).isSameAs(counted.takers.get(0));
  }

  /** Notes which threads take it. */
  private static class Counted extends Mirrored {
    final List<Thread> takers = Collections.synchronizedList(new ArrayList<>());

    @Override
    void take() {
      takers.add(Thread.currentThread());
    }

    @Override
    String name() {
      return "counted";
    }

    @Override
    Hang leave() {
      return new Hang(name(), false);
    }

    @Override
    long unmirroredSeries() {
      return 0;
    }
  }

  /** Ends the first thread that takes it, as an error does in what follows a failure. */
  private static final class Deadly extends Counted {
    @Override
    void take() {
      super.take();
      if (takers.size() == 1) {
        Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> {});
        throw new IllegalStateException("on purpose");
      }
    }

    @Override
    String name() {
      throw new StackOverflowError("on purpose");
    }

    boolean isLastTakerDead() {
      return !takers.isEmpty() && !takers.get(takers.size() - 1).isAlive();
    }
  }
}

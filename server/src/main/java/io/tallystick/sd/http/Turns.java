package io.tallystick.sd.http;

import io.tallystick.http.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A bound on how many requests are worked on at a time. Others wait for their turn, and are told to
 * come again where that takes too long. Threading: any.
 */
final class Turns {
  private final Semaphore free;
  private final Duration patience;

  Turns(int most, Duration patience) {
    this.free = new Semaphore(most);
    this.patience = patience;
  }

  /** What finds an answer. */
  interface Work {
    Response answer() throws IOException, InterruptedException;
  }

  /** What the work gives, or that there are too many. */
  Response take(Work work) throws IOException, InterruptedException {
    Optional<Response> answer = tryTake(work);
    return answer.isPresent() ? answer.get() : tooMany();
  }

  /** What the work gives; empty where its turn did not come. */
  Optional<Response> tryTake(Work work) throws IOException, InterruptedException {
    if (!free.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      return Optional.empty();
    }
    try {
      return Optional.of(work.answer());
    } finally {
      free.release();
    }
  }

  /** Work that answers by itself. */
  interface Sending {
    void run() throws IOException;
  }

  /** Does the work; false where its turn did not come. */
  boolean tryRun(Sending work) throws IOException, InterruptedException {
    if (!free.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      return false;
    }
    try {
      work.run();
      return true;
    } finally {
      free.release();
    }
  }

  static Response tooMany() throws IOException {
    return Response.error(503, "too many requests at a time, try again").with("Retry-After", "1");
  }
}

package io.tallystick.sd.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.http.Response;
import io.tallystick.sd.cache.TargetLists;
import io.tallystick.sd.cache.TargetQuery;
import io.tallystick.sd.generate.GenerationException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/**
 * Answers requests for {@code /scrape_configs}: the value of one generator, whatever it is, which
 * runs while the request waits.
 *
 * <p>Threading: any.
 */
final class RawEndpoint {
  private static final int AT_ONCE = 4;
  private static final String PYTHON = ".py"; // which may be left out, as in prometheus-http-sd

  private final TargetLists lists;
  private final Turns turns = new Turns(AT_ONCE, Duration.ofSeconds(1));

  RawEndpoint(TargetLists lists) {
    this.lists = lists;
  }

  Response answer(TargetQuery query) throws IOException, InterruptedException {
    return turns.take(() -> run(query));
  }

  private Response run(TargetQuery query) throws IOException, InterruptedException {
    try {
      return json(value(query));
    } catch (GenerationException e) {
      return isMissing(e)
          ? Response.error(404, "no such generator")
          : Response.error(502, e.message());
    }
  }

  private String value(TargetQuery query) throws GenerationException, InterruptedException {
    try {
      return lists.raw(query);
    } catch (GenerationException e) {
      if (!isMissing(e)) {
        throw e;
      }
      return lists.raw(new TargetQuery(query.path() + PYTHON, query.arguments()));
    }
  }

  private static boolean isMissing(GenerationException e) {
    return e.type().equals(GenerationException.NO_SUCH_PATH);
  }

  private static Response json(String value) {
    return new Response(200, Map.of("Content-Type", "application/json"), value.getBytes(UTF_8));
  }
}

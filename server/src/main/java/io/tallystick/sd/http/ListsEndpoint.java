package io.tallystick.sd.http;

import com.sun.net.httpserver.Headers;
import io.tallystick.http.Response;
import io.tallystick.sd.cache.DiscoveryMetrics;
import io.tallystick.sd.cache.Reload;
import io.tallystick.sd.cache.TargetLists;
import io.tallystick.sd.cache.TargetQuery;
import io.tallystick.store.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests for {@code /targets}.
 *
 * <p>Those whose list is in this process are answered at once. Others may have to wait, for the
 * store or for a generator, and are worked on by turns.
 *
 * <p>Threading: any.
 */
final class ListsEndpoint {
  /** The label of paths that do not exist, or may not; none that does begins with a slash. */
  static final String OTHER_PATHS = "/unknown";

  private static final String DEBUG = "/debug";
  private static final String RELOAD = "/reload";
  private static final String INTERVAL = "X-Prometheus-Refresh-Interval-Seconds";
  private static final double MOST_INTERVAL_SECONDS = 24 * 60 * 60;

  private final TargetLists lists;
  private final DiscoveryMetrics metrics;
  private final Duration patience;
  private final Turns turns;

  ListsEndpoint(TargetLists lists, DiscoveryMetrics metrics, Duration patience, Turns turns) {
    this.lists = lists;
    this.metrics = metrics;
    this.patience = patience;
    this.turns = turns;
  }

  Response answer(TargetRequest request, Headers headers) throws IOException, InterruptedException {
    TargetQuery query = request.query();
    if (request.debug()) {
      return counted(DEBUG, () -> DebugAnswer.of(query, lists.state(query)));
    }
    if (request.reload()) {
      return counted(RELOAD, () -> reload(query, headers));
    }
    long startNs = System.nanoTime();
    String path = OTHER_PATHS; // until somebody has looked whether it exists
    int status = 500;
    try {
      Turns.Work look = () -> look(query, headers);
      Optional<Response> looked =
          lists.hasList(query) ? Optional.of(look.answer()) : turns.tryTake(look);
      Response response = looked.isPresent() ? looked.get() : Turns.tooMany();
      status = response.status();
      if (looked.isPresent() && status != 404) {
        path = query.path();
      }
      return response;
    } catch (StoreException | InterruptedException e) {
      status = 503;
      throw e;
    } finally {
      metrics.requested(path, status, Duration.ofNanos(System.nanoTime() - startNs));
    }
  }

  /** Does what concerns no list, whether there is such a path or not. */
  private Response counted(String what, Turns.Work work) throws IOException, InterruptedException {
    int status = 500;
    try {
      Response response = turns.take(work);
      status = response.status();
      return response;
    } catch (StoreException | InterruptedException e) {
      status = 503;
      throw e;
    } finally {
      metrics.answered(what, status);
    }
  }

  private Response look(TargetQuery query, Headers headers)
      throws IOException, InterruptedException {
    Optional<Duration> interval = interval(headers.getFirst(INTERVAL));
    return ListAnswer.of(lists.get(query, patience, interval), headers);
  }

  /** In which interval Prometheus asks; empty where that is not said, or cannot be. */
  private static Optional<Duration> interval(@Nullable String seconds) {
    if (seconds == null) {
      return Optional.empty();
    }
    try {
      double number = Double.parseDouble(seconds.strip());
      return number > 0 && number <= MOST_INTERVAL_SECONDS
          ? Optional.of(Duration.ofMillis(Math.round(number * 1e3)))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private Response reload(TargetQuery query, Headers headers)
      throws IOException, InterruptedException {
    Optional<Reload> reload = lists.reload(query);
    if (reload.isEmpty()) {
      return look(query, headers); // which says whether there is no such path, or are too many
    }
    return Response.json(
        200,
        json -> {
          json.writeStartObject();
          json.writeStringField("status", "reload_initiated");
          json.writeStringField("requested_path", query.key());
          json.writeStringField("message", "The list is being made anew; ask again.");
          json.writeBooleanField("cache_cleared", reload.get().cacheCleared());
          json.writeBooleanField("error_cache_cleared", reload.get().errorCacheCleared());
          json.writeEndObject();
        });
  }
}

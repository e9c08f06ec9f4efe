package io.tallystick.sd.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.tallystick.http.Response;
import io.tallystick.sd.cache.DiscoveryMetrics;
import io.tallystick.sd.cache.TargetLists;
import io.tallystick.store.StoreException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Finds what a request is for, and answers it. Whatever goes wrong here is logged, and shown as no
 * more than that it did.
 *
 * <p>Threading: any. Lists are shared by all whom they are sent to, and are sent when the work on
 * them is over, so that clients which are slow to take theirs are in nobody's way. What is made for
 * one request alone, as metrics and the page, takes memory until it is sent: only a few at a time
 * have that.
 */
final class SdHandler implements HttpHandler {
  private static final System.Logger LOG = System.getLogger("io.tallystick");
  private static final int MOST_CHARS = 8 << 10; // of path and query, encoded
  private static final Duration TURN_PATIENCE = Duration.ofSeconds(5);
  private static final int SCRAPES_AT_ONCE = 8;
  private static final int PAGES_AT_ONCE = 8; // and values of generators
  private static final String TARGETS = "/targets";
  private static final String RAW = "/scrape_configs";
  private static final String METRICS = "/metrics";
  private static final String HEALTH = "/health";
  private static final String LIVE = HEALTH + "/live";
  private static final String READY = HEALTH + "/ready";

  private final String prefix;
  private final Optional<BasicAuthentication> users;
  private final TargetLists lists;
  private final DiscoveryMetrics metrics;
  private final ListsEndpoint targets;
  private final RawEndpoint raw;
  private final Page page;
  private final Turns turns;
  private final HttpHandler scrapes;
  private final Turns scrapeTurns = new Turns(SCRAPES_AT_ONCE, TURN_PATIENCE);
  private final Turns pageTurns = new Turns(PAGES_AT_ONCE, TURN_PATIENCE);

  SdHandler(
      HttpSettings settings, TargetLists lists, DiscoveryMetrics metrics, HttpHandler scrapes) {
    this.prefix = settings.prefix();
    this.users = settings.users();
    this.lists = lists;
    this.metrics = metrics;
    this.turns = new Turns(settings.threads(), TURN_PATIENCE);
    this.targets = new ListsEndpoint(lists, metrics, settings.patience(), turns);
    this.raw = new RawEndpoint(lists);
    this.page = new Page(lists);
    this.scrapes = scrapes;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getRawPath();
      String endpoint = endpoint(path == null ? "" : path);
      Optional<Response> refusal = refusal(exchange, endpoint);
      if (refusal.isPresent()) {
        refusal.get().send(exchange);
      } else if (endpoint.equals(METRICS)) {
        byTurns(scrapeTurns, exchange, () -> scrapes.handle(exchange));
      } else if (endpoint.equals("/") || isAtOrBelow(RAW, endpoint)) {
        byTurns(pageTurns, exchange, () -> answer(exchange, endpoint).send(exchange));
      } else {
        answer(exchange, endpoint).send(exchange);
      }
      boolean isCounted = refusal.isEmpty() && isAtOrBelow(TARGETS, endpoint);
      if (!isCounted && exchange.getResponseCode() > 0) { // else it was not answered
        metrics.answered(labelOf(endpoint), exchange.getResponseCode());
      }
    }
  }

  /** One of a few, whatever is asked for. */
  private static String labelOf(String endpoint) {
    if (isAtOrBelow(RAW, endpoint)) {
      return RAW;
    }
    return switch (endpoint) {
      case METRICS -> METRICS;
      case LIVE, READY -> HEALTH;
      case "", "/" -> "/";
      default -> ListsEndpoint.OTHER_PATHS;
    };
  }

  private static void byTurns(Turns turns, HttpExchange exchange, Turns.Sending work)
      throws IOException {
    try {
      if (!turns.tryRun(work)) {
        Turns.tooMany().send(exchange);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the server is closed
    }
  }

  /** The path below the prefix; what others ask for is at the root besides. */
  private String endpoint(String path) {
    if (path.equals(METRICS) || path.equals(LIVE) || path.equals(READY)) {
      return path;
    }
    return path.startsWith(prefix) ? path.substring(prefix.length()) : "/elsewhere";
  }

  /** Why a request is not looked at any further. */
  private Optional<Response> refusal(HttpExchange exchange, String endpoint) throws IOException {
    URI uri = exchange.getRequestURI();
    int length = endpoint.length() + (uri.getRawQuery() == null ? 0 : uri.getRawQuery().length());
    if (length > MOST_CHARS) {
      return Optional.of(Response.error(414, "request is too long: characters=" + MOST_CHARS));
    }
    String method = exchange.getRequestMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      return Optional.of(
          Response.error(405, "method not allowed")
              .with("Allow", "GET, HEAD")
              .with("Connection", "close")); // a body may follow, which nobody reads
    }
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    boolean isHealth = endpoint.equals(LIVE) || endpoint.equals(READY); // says nothing of targets
    if (users.isPresent() && !isHealth && !users.get().admits(authorization)) {
      return Optional.of(
          Response.error(401, "not authorized")
              .with("WWW-Authenticate", "Basic realm=\"tallystick\", charset=\"UTF-8\""));
    }
    return Optional.empty();
  }

  private Response answer(HttpExchange exchange, String endpoint) throws IOException {
    try {
      return found(exchange, endpoint);
    } catch (StoreException e) {
      return Response.error(503, "store cannot be used: " + e.getMessage())
          .with("Retry-After", "5");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the server is closed
      return Response.error(503, "server is closed").with("Retry-After", "5");
    } catch (IOException | RuntimeException e) { // whoever asked cannot mend it
      LOG.log(System.Logger.Level.ERROR, "request failed: path=" + endpoint, e);
      return Response.error(500, "request failed, see the log");
    }
  }

  private Response found(HttpExchange exchange, String endpoint)
      throws IOException, InterruptedException {
    if (isAtOrBelow(TARGETS, endpoint) || isAtOrBelow(RAW, endpoint)) {
      return ofGenerators(exchange, endpoint);
    }
    return switch (endpoint) {
      case "/" -> turns.take(page::answer);
      case "" -> new Response(308, Map.of("Location", prefix + "/"), new byte[0]);
      case LIVE -> HealthAnswer.live();
      case READY -> HealthAnswer.ready(lists.isReady());
      default -> Response.error(404, "not found, try " + prefix + TARGETS);
    };
  }

  private static boolean isAtOrBelow(String folder, String path) {
    return path.startsWith(folder)
        && (path.length() == folder.length() || path.charAt(folder.length()) == '/');
  }

  private Response ofGenerators(HttpExchange exchange, String endpoint)
      throws IOException, InterruptedException {
    boolean isList = isAtOrBelow(TARGETS, endpoint);
    String path = endpoint.substring(isList ? TARGETS.length() : RAW.length());
    Optional<TargetRequest> request =
        TargetRequest.read(path, exchange.getRequestURI().getRawQuery());
    if (request.isEmpty()) {
      if (isList) {
        metrics.answered(ListsEndpoint.OTHER_PATHS, 400);
      }
      return Response.error(400, "not text: expected=UTF-8, percent-encoded");
    }
    return isList
        ? targets.answer(request.get(), exchange.getRequestHeaders())
        : raw.answer(request.get().query());
  }
}

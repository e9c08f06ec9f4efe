package io.tallystick.server.records;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.tallystick.http.Response;
import io.tallystick.records.Aggregation;
import io.tallystick.records.AlertChange;
import io.tallystick.records.AlertFeed;
import io.tallystick.records.Backends;
import io.tallystick.records.HistoryQuery;
import io.tallystick.records.RecordJson;
import io.tallystick.records.RecordPage;
import io.tallystick.records.RecordQuery;
import io.tallystick.records.RecordStore;
import io.tallystick.records.Records;
import io.tallystick.records.SamplePage;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests for records: {@code /records/metrics}, {@code alerts} and {@code agents}, each
 * of one by its id, {@code history}, {@code changes} and {@code backends}. Threading: any.
 */
public final class RecordsHandler implements HttpHandler {
  /** What the paths of its requests begin with. */
  public static final String PATH = "/records";

  /** How many records a page may have. */
  static final int MOST = 1_000;

  /** How many points a history may have. */
  static final int MOST_POINTS = 11_000;

  private static final int SAMPLES = 1_000; // of a metric, where a request does not say
  private static final int MOST_SAMPLES = 10_000;

  private static final System.Logger LOG = System.getLogger("io.tallystick.records");
  private static final Set<String> PAGED =
      Set.of(
          "backend",
          "where",
          "name",
          "type",
          "status",
          "severity",
          "source",
          "from",
          "to",
          "sort",
          "order",
          "limit",
          "offset",
          "after");
  private static final List<String> EQUAL = List.of("name", "type", "status", "severity", "source");

  private final Backends backends;

  public RecordsHandler(Backends backends) {
    this.backends = backends;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      answer(exchange).send(exchange);
    }
  }

  private Response answer(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      return Response.error(405, "method not allowed").with("Allow", "GET, HEAD");
    }
    try {
      String path = exchange.getRequestURI().getPath();
      Arguments arguments = Arguments.of(exchange.getRequestURI().getRawQuery());
      return answer(path == null ? "" : path, arguments);
    } catch (IllegalArgumentException e) {
      return Response.error(400, String.valueOf(e.getMessage()));
    } catch (StoreException e) {
      LOG.log(System.Logger.Level.WARNING, "records cannot be read", e);
      return e.category() == Category.TRANSIENT
          ? Response.error(503, "store is away, try again").with("Retry-After", "1")
          : Response.error(500, "records cannot be read, see the log");
    } catch (RuntimeException e) { // whoever asked cannot mend it
      LOG.log(System.Logger.Level.ERROR, "request failed", e);
      return Response.error(500, "request failed, see the log");
    }
  }

  private Response answer(String path, Arguments arguments) throws IOException {
    String rest = path.startsWith(PATH + "/") ? path.substring(PATH.length() + 1) : "";
    int slash = rest.indexOf('/');
    String what = slash < 0 ? rest : rest.substring(0, slash);
    String id = slash < 0 ? null : rest.substring(slash + 1);
    return switch (what) {
      case "metrics" ->
          id == null
              ? page(records(arguments).metrics(), arguments, RecordsJson::write)
              : metric(id, arguments);
      case "alerts" -> of(records(arguments).alerts(), id, arguments, RecordsJson::write);
      case "agents" -> of(records(arguments).agents(), id, arguments, RecordsJson::write);
      case "history" -> id == null ? history(arguments) : notFound();
      case "changes" -> id == null ? changes(arguments) : notFound();
      case "backends" -> id == null ? backends(arguments) : notFound();
      default -> notFound();
    };
  }

  private static Response notFound() throws IOException {
    return Response.error(404, "not found, try /records/metrics");
  }

  private RecordStore records(Arguments arguments) {
    String name = arguments.find("backend");
    return name == null ? backends.records() : backends.records(name);
  }

  private static <R> Response of(
      Records<R> records, @Nullable String id, Arguments arguments, RecordsJson.Writer<R> writer)
      throws IOException {
    if (id == null) {
      return page(records, arguments, writer);
    }
    arguments.requireKnown(Set.of("backend"));
    Optional<R> record = records.get(id);
    return record.isEmpty()
        ? noSuchRecord()
        : Response.json(200, json -> writer.write(record.get(), json));
  }

  private static Response noSuchRecord() throws IOException {
    return Response.error(404, "no such record");
  }

  private static <R> Response page(
      Records<R> records, Arguments arguments, RecordsJson.Writer<R> writer) throws IOException {
    arguments.requireKnown(PAGED);
    RecordPage<R> page = records.query(query(arguments));
    return Response.json(200, json -> RecordsJson.writePage(page, writer, json));
  }

  /**
   * A metric with its newest samples, or those of a time range, of which there may be more. Those
   * of one time are parted only where they are more than the limit, so that who asks for what is
   * before the first one gets each once.
   */
  private Response metric(String id, Arguments arguments) throws IOException {
    arguments.requireKnown(Set.of("backend", "from", "to", "before", "position", "limit"));
    String from = arguments.find("from");
    String position = arguments.find("position");
    Optional<SamplePage> page =
        records(arguments)
            .metrics()
            .page(
                id,
                from == null ? Instant.MIN : RecordJson.time(from),
                end(arguments),
                position == null ? Long.MAX_VALUE : number("position", position),
                arguments.whole("limit", SAMPLES, MOST_SAMPLES));
    return page.isEmpty()
        ? noSuchRecord()
        : Response.json(200, json -> RecordsJson.write(page.get(), json));
  }

  /** The last time that is asked for, of which a position says how much. */
  private static Instant end(Arguments arguments) {
    String to = arguments.find("to");
    String before = arguments.find("before");
    boolean isParted = arguments.find("position") != null;
    if (to != null && before != null) {
      throw new IllegalArgumentException("only one can be given: arguments=before, to");
    }
    if (isParted && before == null) {
      throw new IllegalArgumentException("it is one of a time: missing=before argument=position");
    }
    if (before != null) {
      Instant time = RecordJson.time(before);
      return isParted ? time : time.minus(1, ChronoUnit.MICROS); // times are of microseconds
    }
    return to == null ? Instant.MAX : RecordJson.time(to);
  }

  private static RecordQuery query(Arguments arguments) {
    RecordQuery query = RecordQuery.all();
    for (String field : EQUAL) {
      String value = arguments.find(field);
      query = value == null ? query : query.where(field, value);
    }
    for (String filter : arguments.all("where")) {
      query = FilterText.add(query, filter);
    }
    String from = arguments.find("from");
    String to = arguments.find("to");
    String sort = arguments.find("sort");
    String after = arguments.find("after");
    String order = arguments.choice("order", "desc", Set.of("asc", "desc"));
    query = from == null ? query : query.from(RecordJson.time(from));
    query = to == null ? query : query.to(RecordJson.time(to));
    query = order.equals("asc") && sort == null ? query.oldestFirst() : query;
    query = sort == null ? query : query.sortedBy(sort, order.equals("desc"));
    query = after == null ? query : query.after(after);
    return query
        .limit(arguments.whole("limit", RecordQuery.DEFAULT_LIMIT, MOST))
        .offset(arguments.whole("offset", 0, Integer.MAX_VALUE));
  }

  private Response history(Arguments arguments) throws IOException {
    arguments.requireKnown(
        Set.of("backend", "name", "start", "end", "step_seconds", "aggregation"));
    String step = arguments.find("step_seconds");
    String aggregation = arguments.find("aggregation");
    HistoryQuery query =
        new HistoryQuery(
            arguments.get("name"),
            RecordJson.time(arguments.get("start")),
            RecordJson.time(arguments.get("end")),
            step == null ? null : Duration.ofMillis(millis(step)),
            aggregation == null ? Aggregation.AVG : Aggregation.of(aggregation));
    var points = records(arguments).metrics().history(query, MOST_POINTS);
    return Response.json(200, json -> RecordsJson.write(points, json));
  }

  private static long millis(String seconds) {
    try {
      return Math.round(Double.parseDouble(seconds) * 1e3);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a number: step_seconds=" + seconds, e);
    }
  }

  private Response changes(Arguments arguments) throws IOException {
    arguments.requireKnown(Set.of("backend", "after", "limit"));
    AlertFeed feed = records(arguments).alerts().feed(number("after", arguments.find("after")));
    List<AlertChange> changes =
        feed.read(Math.max(1, arguments.whole("limit", RecordQuery.DEFAULT_LIMIT, MOST)));
    return Response.json(
        200,
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("changes");
          for (AlertChange change : changes) {
            RecordsJson.write(change, json);
          }
          json.writeEndArray();
          json.writeNumberField("next", feed.position());
          json.writeNumberField("missed", feed.missed());
          json.writeEndObject();
        });
  }

  private static long number(String argument, @Nullable String text) {
    try {
      return text == null ? 0 : Math.max(0, Long.parseLong(text));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a whole number: " + argument + "=" + text, e);
    }
  }

  private Response backends(Arguments arguments) throws IOException {
    arguments.requireKnown(Set.of());
    return Response.json(
        200,
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("backends");
          for (String name : backends.names()) {
            json.writeString(name);
          }
          json.writeEndArray();
          json.writeStringField("default", backends.defaultName().orElse(null));
          json.writeEndObject();
        });
  }
}

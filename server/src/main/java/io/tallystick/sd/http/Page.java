package io.tallystick.sd.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.http.Response;
import io.tallystick.sd.cache.GenerationError;
import io.tallystick.sd.cache.PathState;
import io.tallystick.sd.cache.TargetLists;
import io.tallystick.store.JobQueue;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of all paths and of the queue, for people: a page without scripts, which loads
 * itself again. Its links are relative, so that it may lie behind whatever rewrites paths.
 */
final class Page {
  private static final int MOST_CHARS = 4 << 20; // that rows begin at
  private static final int MOST_CHARS_OF_TRACES = 1 << 20;
  private static final int MOST_DEAD = 10;
  private static final int SECONDS = 10;
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Type",
          "text/html; charset=utf-8",
          "Content-Security-Policy",
          "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff");
  private static final Comparator<PathState> BY_PATH =
      Comparator.comparing((PathState state) -> state.query().path())
          .thenComparing(state -> Links.title(state.query()));
  private static final String STYLE =
      """
      :root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
      body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
      table { border-collapse: collapse; width: 100%; }
      th, td { border-bottom: 1px solid #8884; padding: .35rem .6rem; text-align: left; vertical-align: top; }
      th.n, td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
      td.path, pre { overflow-wrap: anywhere; }
      pre { white-space: pre-wrap; margin: .3rem 0; }
      .bad { color: #c5221f; } @media (prefers-color-scheme: dark) { .bad { color: #ff8a80; } }
      .quiet { opacity: .65; }
      """;

  private final TargetLists lists;

  Page(TargetLists lists) {
    this.lists = lists;
  }

  Response answer() throws IOException {
    StringBuilder html = new StringBuilder(4 << 10);
    html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        .append("<meta http-equiv=\"refresh\" content=\"" + SECONDS + "\">")
        .append("<meta name=\"viewport\" content=\"width=device-width\">")
        .append("<title>Service discovery</title><style>\n" + STYLE + "</style></head><body>\n")
        .append("<h1>Service discovery</h1>\n");
    queue(html, lists.sizes());
    dead(html, lists.deadLetters(MOST_DEAD));
    paths(html, lists.states());
    html.append("<p class=\"quiet\"><a href=\"metrics\">Metrics</a>. Loads again every ")
        .append(SECONDS + " seconds.</p>\n</body></html>\n");
    return new Response(200, HEADERS, html.toString().getBytes(UTF_8));
  }

  private static void queue(StringBuilder html, Optional<JobQueue.Sizes> sizes) {
    if (sizes.isEmpty()) {
      html.append(
          "<p class=\"bad\">The store cannot be used: lists that are known are served.</p>\n");
      return;
    }
    JobQueue.Sizes jobs = sizes.get();
    html.append("<p>Jobs: queued " + jobs.queued() + ", delayed " + jobs.delayed())
        .append(", running " + jobs.running() + ", dead " + jobs.dead() + ".</p>\n");
  }

  private static void dead(StringBuilder html, List<JobQueue.DeadLetter> letters) {
    if (letters.isEmpty()) {
      return;
    }
    html.append("<details><summary class=\"bad\">Dead jobs</summary><ul>\n");
    for (JobQueue.DeadLetter letter : letters) {
      html.append("<li><code>" + escaped(letter.key()) + "</code> after " + letter.attempts())
          .append(" attempts: " + escaped(letter.error()) + "</li>\n");
    }
    html.append("</ul></details>\n");
  }

  private static void paths(StringBuilder html, List<PathState> states) {
    if (states.isEmpty()) {
      html.append("<p>No generators are there yet.</p>\n");
      return;
    }
    html.append("<table><thead><tr><th>Path</th><th class=\"n\">Targets</th>")
        .append("<th class=\"n\">Age</th><th class=\"n\">Took</th><th>Last error</th><th></th>")
        .append("</tr></thead><tbody>\n");
    int rows = 0;
    for (PathState state : states.stream().sorted(BY_PATH).toList()) {
      if (html.length() >= MOST_CHARS) {
        break;
      }
      row(html, state);
      rows++;
    }
    html.append("</tbody></table>\n");
    if (rows < states.size()) {
      html.append("<p>And " + (states.size() - rows) + " more.</p>\n");
    }
  }

  private static void row(StringBuilder html, PathState state) {
    boolean hasTraces = html.length() < MOST_CHARS_OF_TRACES; // else they are with debug
    String address = Links.relative(state.query());
    String debug = address + (address.indexOf('?') < 0 ? "?" : "&") + "debug=true";
    html.append("<tr><td class=\"path\"><a href=\"" + escaped(address) + "\">")
        .append(escaped(Links.title(state.query())) + "</a></td>")
        .append("<td class=\"n\">" + state.targets().map(String::valueOf).orElse("–") + "</td>")
        .append("<td class=\"n\">" + state.age().map(Page::age).orElse("–") + "</td>")
        .append("<td class=\"n\">" + state.lastDuration().map(Page::took).orElse("–") + "</td>")
        .append(
            "<td>" + state.lastError().map(error -> error(error, hasTraces)).orElse("") + "</td>")
        .append("<td><a href=\"" + escaped(debug) + "\">debug</a></td></tr>\n");
  }

  private static String error(GenerationError error, boolean hasTrace) {
    String message =
        "<span class=\"bad\">" + escaped(error.type() + ": " + error.message()) + "</span>";
    return error.traceback().isEmpty() || !hasTrace
        ? message
        : "<details><summary>"
            + message
            + "</summary><pre>"
            + escaped(error.traceback())
            + "</pre></details>";
  }

  private static String age(Duration age) {
    long seconds = age.toSeconds();
    if (seconds < 120) {
      return seconds + " s";
    }
    return seconds < 7_200 ? seconds / 60 + " min" : seconds / 3_600 + " h";
  }

  private static String took(Duration duration) {
    long ms = duration.toMillis();
    return ms < 10_000 ? ms + " ms" : ms / 1_000 + " s";
  }

  /** Text as it may stand in an element or in a quoted attribute. */
  static String escaped(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.append(Character.isISOControl(c) && c != '\n' ? ' ' : c);
      }
    }
    return escaped.toString();
  }
}

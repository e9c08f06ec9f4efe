package io.tallystick.jmh.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the figures of a page come from: command, commit, machine, JVM, versions, and the settings
 * of each pass.
 *
 * <p>What all passes have in common is said once; where they differ, each value is followed by the
 * passes that it is of.
 */
final class Provenance {
  private static final String UNKNOWN = "unknown";

  private final List<Pass> passes;
  private final Function<Pass, String> name;

  /**
   * @param name how the page calls a pass where it must be told from others
   */
  Provenance(List<Pass> passes, Function<Pass, String> name) {
    this.passes = passes;
    this.name = name;
  }

  /** Writes what is the same for most passes, as a table of two columns. */
  void write(Markdown page) {
    page.header(2, List.of("", ""));
    page.row(List.of("command", byPass(pass -> Markdown.code(text(pass, "command")))));
    page.row(List.of("commit", byPass(pass -> Markdown.code(text(pass, "commit")))));
    page.row(List.of("CPU", byPass(pass -> text(pass, "cpu"))));
    page.row(List.of("cores", byPass(pass -> text(pass, "cores"))));
    page.row(List.of("memory", byPass(pass -> text(pass, "memoryGb") + " GiB")));
    page.row(List.of("OS", byPass(pass -> text(pass, "os"))));
    page.row(List.of("JVM", byPass(pass -> text(pass, "jvm"))));
    page.row(List.of("versions", byPass(Provenance::versions)));
    page.row(List.of("settings", byPass(Pass::settings)));
    page.row(List.of("date", byPass(Provenance::day)));
  }

  /** What is to be known of the results. */
  String note() {
    return byPass(Pass::note);
  }

  /**
   * Writes how the contenders were set up, as a table of one row each; nothing where no pass has
   * kept that.
   */
  void writeContenders(Markdown page) {
    Map<String, Map<String, Set<String>>> contenders = new LinkedHashMap<>();
    for (Pass pass : passes) {
      for (String label : Pass.labels(pass.results())) {
        JsonNode kept = pass.info().path(RunInfo.CONTENDERS);
        if (kept.isMissingNode() || kept.has(label)) {
          contenders
              .computeIfAbsent(label, key -> new LinkedHashMap<>())
              .computeIfAbsent(kept.path(label).asText(UNKNOWN), key -> new LinkedHashSet<>())
              .add(name.apply(pass));
        }
      }
    }
    contenders.values().removeIf(setUps -> setUps.keySet().equals(Set.of(UNKNOWN)));
    if (!contenders.isEmpty()) {
      page.header(2, List.of("contender", "set up"));
      contenders.forEach((label, setUps) -> page.row(List.of(label, join(setUps))));
    }
  }

  /** Writes what each pass was run with, as a table of one row each. */
  void writePasses(Markdown page) {
    page.paragraph("Settings: forks × (warm-up + measured iterations).");
    page.header(
        6, List.of("pass", "threads", "settings", "JVM", "JVM arguments", "commit", "date"));
    for (Pass pass : passes) {
      String arguments = pass.jvmArguments();
      page.row(
          List.of(
              pass.name(),
              Integer.toString(pass.threads()),
              pass.settings(),
              text(pass, "jvm"),
              arguments.isEmpty() ? "none" : Markdown.code(arguments),
              Markdown.code(text(pass, "commit")),
              day(pass)));
    }
  }

  /** The day of a pass. */
  static String day(Pass pass) {
    String date = text(pass, "date");
    return date.substring(0, Math.min(date.length(), "2000-01-01".length()));
  }

  private String byPass(Function<Pass, String> text) {
    Map<String, Set<String>> names = new LinkedHashMap<>();
    for (Pass pass : passes) {
      names.computeIfAbsent(text.apply(pass), key -> new LinkedHashSet<>()).add(name.apply(pass));
    }
    return join(names);
  }

  /** The one text that there is, or all of them with the passes that each is of. */
  private static String join(Map<String, Set<String>> names) {
    if (names.size() == 1) {
      return names.keySet().iterator().next();
    }
    return names.entrySet().stream()
        .map(entry -> entry.getKey() + " (" + String.join(", ", entry.getValue()) + ")")
        .collect(Collectors.joining("; "));
  }

  private static String versions(Pass pass) {
    return pass.info().path("dependencies").properties().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue().asText())
        .collect(Collectors.joining(", "));
  }

  private static String text(Pass pass, String field) {
    JsonNode value = pass.info().path(field);
    return value.isMissingNode() ? UNKNOWN : value.asText();
  }
}

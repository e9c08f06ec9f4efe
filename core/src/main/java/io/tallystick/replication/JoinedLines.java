package io.tallystick.replication;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which lines of a directory's names go on for which others: what their publications are less by
 * has all that was folded under those. Immutable.
 */
record JoinedLines(Map<String, Set<String>> lines) {
  static final JoinedLines NONE = new JoinedLines(Map.of());

  private static final char BETWEEN = '+';

  /** Copies the map. */
  JoinedLines {
    lines = Map.copyOf(lines);
  }

  /** As {@link #toTexts} gave them. */
  static JoinedLines of(Set<String> texts) {
    Map<String, Set<String>> lines = new HashMap<>();
    for (String text : texts) {
      int between = text.indexOf(BETWEEN);
      if (between < 0) {
        throw new IllegalArgumentException("no pair of lines: text=" + text);
      }
      lines
          .computeIfAbsent(text.substring(0, between), line -> new HashSet<>())
          .add(text.substring(between + 1));
    }
    return new JoinedLines(lines);
  }

  /** One text for each pair. */
  Set<String> toTexts() {
    Set<String> texts = new TreeSet<>();
    lines.forEach((line, others) -> others.forEach(other -> texts.add(line + BETWEEN + other)));
    return texts;
  }

  /** What a line goes on for. */
  Set<String> of(String line) {
    return lines.getOrDefault(line, Set.of());
  }

  /** These, and one that goes on for others and for what they go on for. */
  JoinedLines with(String line, Collection<String> others) {
    Set<String> all = new HashSet<>(others);
    others.forEach(other -> all.addAll(of(other)));
    Map<String, Set<String>> more = new HashMap<>(lines);
    more.put(line, all);
    return new JoinedLines(more);
  }

  /** Only those of lines that are known. */
  JoinedLines onlyOf(KnownName present, List<KnownName> earlier) {
    Map<String, Set<String>> fewer = new HashMap<>(lines);
    Set<String> known = new HashSet<>(Set.of(present.name().line()));
    earlier.forEach(each -> known.add(each.name().line()));
    fewer.keySet().retainAll(known);
    return new JoinedLines(fewer);
  }
}

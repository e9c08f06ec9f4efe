package io.tallystick.jmh.report;

import io.tallystick.jmh.Contender;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Where a peer does better than Tallystick by the median of its pass, and why. */
final class PeersThatWin {
  /** Those that a user would take in place of a peer; their variants answer other questions. */
  private static final List<Contender> TALLYSTICK =
      List.of(Contender.TALLYSTICK, Contender.SQLITE_STORE);

  private final List<List<String>> rows = new ArrayList<>();
  private final Set<String> reasons = new LinkedHashSet<>();

  private PeersThatWin() {}

  /** Writes a table of them, and the reasons below. */
  static void write(Markdown page, List<Pass> passes) {
    PeersThatWin found = new PeersThatWin();
    passes.forEach(found::add);
    page.header(
        4,
        List.of(
            "page",
            "pass",
            "benchmark",
            "peer",
            "its median",
            "Tallystick's",
            "times better",
            "ranges"));
    found.rows.forEach(page::row);
    found.reasons.forEach(page::paragraph);
  }

  private void add(Pass pass) {
    List<Score> scores = pass.scores();
    for (Score ours : scores) {
      for (Score other : scores) {
        if (TALLYSTICK.contains(ours.contender())
            && isPeer(other.contender())
            && other.benchmark().equals(ours.benchmark())
            && ours.timesTheCostOf(other.median()) > 1) {
          add(pass, ours, other);
        }
      }
    }
  }

  private void add(Pass pass, Score ours, Score other) {
    boolean overlap = ours.least() <= other.most() && other.least() <= ours.most();
    rows.add(
        List.of(
            "[" + pass.topic().title() + "](" + pass.topic().slug() + ".md)",
            pass.name(),
            ours.benchmark(),
            other.contender().label(),
            Markdown.number(other.median()) + " " + other.unit(),
            Markdown.number(ours.median()) + " " + ours.unit(),
            Markdown.number(ours.timesTheCostOf(other.median())),
            overlap ? "overlap" : "apart"));
    reasons.add("*" + pass.topic().title() + "*: " + pass.topic().whyPeersWin());
  }

  private static boolean isPeer(Contender contender) {
    return contender != Contender.BASELINE && !contender.isTallystick();
  }
}

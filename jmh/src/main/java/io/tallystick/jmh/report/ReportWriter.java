package io.tallystick.jmh.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the pages of {@code docs/benchmarks} and their index from the files in its {@code raw}
 * folder.
 *
 * <p>Arguments: the folder of the pages, and the README that quotes some of their figures. A topic
 * without a raw file has no page.
 */
public final class ReportWriter {
  /** The page of all pages. */
  static final String INDEX = "README.md";

  /** What all pages say of themselves. */
  static final String ORIGIN = "Written by `jmh/run`, not by hand.";

  /** How to read figures of JMH. */
  static final String READING =
      "Figures are medians of the measured iterations of all forks. Ratios are of medians in the"
          + " same pass: a contender that is 2.00 times faster than client_java takes half its"
          + " time, and one of 2.00 times the floor twice that.";

  private final Path folder;
  private final Map<Path, String> pages = new LinkedHashMap<>();

  private ReportWriter(Path folder) {
    this.folder = folder;
  }

  /** Writes all pages. */
  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      System.err.println("usage: ReportWriter <folder> <readme>");
      System.exit(2);
    }
    write(Path.of(args[0]));
    quote(Path.of(args[0]), Path.of(args[1]));
  }

  /** Writes the figures into a README that the pages' folder has. */
  static void quote(Path folder, Path readme) throws IOException {
    List<Pass> passes = Pass.readAll(folder.resolve("raw"));
    Files.writeString(readme, Quotation.into(Files.readString(readme), passes));
  }

  static void write(Path folder) throws IOException {
    new ReportWriter(folder).write();
  }

  /** Makes all pages before it writes one, lest a file that cannot be read leave half of them. */
  private void write() throws IOException {
    List<Pass> all = new ArrayList<>();
    IndexPage index = new IndexPage();
    for (Topic topic : Topic.values()) {
      List<Pass> passes = Pass.readAll(folder.resolve("raw"), topic);
      TopicPage page = new TopicPage(topic, passes);
      for (Pass.Kind kind : Pass.Kind.values()) {
        pages.put(folder.resolve(TopicPage.CHARTS).resolve(page.chart(kind)), page.drawn(kind));
      }
      pages.put(folder.resolve(topic.slug() + ".md"), passes.isEmpty() ? "" : page.text());
      if (!passes.isEmpty()) {
        index.add(topic, passes);
        all.addAll(passes);
      }
    }
    pages.put(folder.resolve(INDEX), index.text(all));
    for (Map.Entry<Path, String> page : pages.entrySet()) {
      write(page.getKey(), page.getValue());
    }
  }

  /** Writes a file, or deletes it where it has nothing any more. */
  private static void write(Path file, String text) throws IOException {
    if (text.isEmpty()) {
      Files.deleteIfExists(file);
    } else {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    }
  }
}

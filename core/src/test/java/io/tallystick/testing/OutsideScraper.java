package io.tallystick.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.Map;

/** A process that scrapes the directories that it is told, with a new scraper each time. */
public final class OutsideScraper implements AutoCloseable {
  private static final String END = "# END";

  private final ChildJvm jvm;

  private OutsideScraper(ChildJvm jvm) {
    this.jvm = jvm;
  }

  public static OutsideScraper start() throws IOException {
    return new OutsideScraper(ChildJvm.of(OutsideScraper.class).start());
  }

  public static void main(String[] args) throws IOException {
    try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        try (Scraper scraper = Scraper.open(Path.of(line))) {
          System.out.print(Samples.text(scraper, TextFormat.PROMETHEUS));
        }
        System.out.println(END);
      }
    }
  }

  /** Has a directory scraped; the samples as {@link Samples#of} gives them. */
  public Map<String, Double> scrape(Path directory) throws IOException, InterruptedException {
    jvm.send(directory.toString());
    StringBuilder text = new StringBuilder();
    for (String line = jvm.readLine(); !line.equals(END); line = jvm.readLine()) {
      text.append(line).append('\n');
    }
    return Samples.parse(text.toString());
  }

  @Override
  public void close() {
    jvm.close();
  }
}

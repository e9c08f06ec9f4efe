package io.tallystick.jmh;

import io.tallystick.jmh.report.Figures;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * How long does a scrape of client_python's files take, here and with its own collector?
 *
 * <p>Eight processes of client_python, one after the other, write a counter of 10,000 series each;
 * then its collector and ours write the text of the same directory, each in one process, several
 * times. Needs an interpreter with {@code prometheus_client}: the argument, else {@code python3}.
 * Prints medians as JSON.
 */
public final class PythonScrape {
  private static final int FILES = 8;
  private static final int SERIES = 10_000;
  private static final int PYTHON_SCRAPES = 7;
  private static final int SCRAPES = 101;
  private static final String WRITE =
      """
      import sys
      from prometheus_client import Counter
      counter = Counter('requests', 'Requests served.', ['path', 'status'])
      for i in range(int(sys.argv[1])):
          counter.labels('/shop/item/%d' % i, '200').inc(i)
      """;
  private static final String SCRAPE =
      """
      import statistics, sys, time
      from prometheus_client import CollectorRegistry, generate_latest
      from prometheus_client.multiprocess import MultiProcessCollector
      registry = CollectorRegistry()
      MultiProcessCollector(registry)
      times = []
      for _ in range(int(sys.argv[1])):
          start = time.perf_counter()
          generate_latest(registry)
          times.append(time.perf_counter() - start)
      print(statistics.median(times) * 1e3)
      """;

  private final SharedMemory memory = new SharedMemory();
  private final String interpreter;

  private PythonScrape(String interpreter) {
    this.interpreter = interpreter;
  }

  /** Prints the figures. */
  public static void main(String[] args) throws IOException, InterruptedException {
    System.out.println(Arguments.orEnd(() -> parse(args)).measure().toJson());
  }

  private static PythonScrape parse(String[] args) {
    Arguments arguments = new Arguments("PythonScrape [INTERPRETER]", args, 1);
    return new PythonScrape(arguments.count() == 0 ? "python3" : arguments.word(0));
  }

  private Figures measure() throws IOException, InterruptedException {
    Path directory = memory.directory();
    for (int file = 0; file < FILES; file++) {
      python(directory, WRITE, SERIES);
    }
    double pythonMs = Double.parseDouble(python(directory, SCRAPE, PYTHON_SCRAPES).strip());
    long start = System.nanoTime();
    Scraper scraper = Scraper.open(directory);
    long bytes = write(scraper);
    double firstMs = (System.nanoTime() - start) / 1e6;
    if (bytes
        < (long) SERIES * "requests_total{path=\"/shop/item/0\",status=\"200\"} 0.0\n".length()) {
      throw new IOException("not all series were written: bytes=" + bytes);
    }
    double ms = medianMs(scraper);
    scraper.close();
    Figures figures = new Figures();
    figures.put("files", FILES);
    figures.put("seriesPerFile", SERIES);
    figures.put("clientPythonMs", pythonMs);
    figures.put("tallystickFirstMs", firstMs);
    figures.put("tallystickMs", ms);
    figures.put("ratio", pythonMs / ms);
    figures.put("ratioFirst", pythonMs / firstMs);
    return figures;
  }

  private static double medianMs(Scraper scraper) throws IOException {
    double[] times = new double[SCRAPES];
    for (int i = 0; i < SCRAPES; i++) {
      long start = System.nanoTime();
      write(scraper);
      times[i] = (System.nanoTime() - start) / 1e6;
    }
    Arrays.sort(times);
    return times[SCRAPES / 2];
  }

  private static long write(Scraper scraper) throws IOException {
    CountingSink sink = new CountingSink();
    scraper.write(TextFormat.PROMETHEUS, sink);
    return sink.bytes();
  }

  /** Runs a script to its end, and returns what it printed. */
  private String python(Path directory, String script, int argument)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(interpreter, "-c", script, String.valueOf(argument))
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("PROMETHEUS_MULTIPROC_DIR", directory.toString());
    Process process = builder.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("client_python is missing or failed: interpreter=" + interpreter);
    }
    return printed;
  }
}

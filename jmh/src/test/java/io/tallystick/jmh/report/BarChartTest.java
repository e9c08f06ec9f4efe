package io.tallystick.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tallystick.jmh.Contender;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Charts of pages. */
class BarChartTest {
  private static final int ENDS_OF_A_LINE = 3; // the line itself, and what marks both of its ends

  @TempDir private Path folder;
  private RawFiles raw;

  @BeforeEach
  void openRawFolder() throws IOException {
    raw = new RawFiles(folder);
  }

  @Test
  void shouldHaveABarOfTheMediansLengthForEachContender() throws Exception {
    NodeList bars = drawn(100, 50).getElementsByTagName("rect");

    assertThat(bars.getLength()).isEqualTo(3); // the background first
    assertThat(number(bars, 1, "width") / number(bars, 2, "width")).isCloseTo(2, within(0.01));
    assertThat(((Element) bars.item(1)).getAttribute("class")).isEqualTo("tallystick");
    assertThat(((Element) bars.item(2)).getAttribute("class")).isEqualTo("peer");
  }

  @Test
  void shouldHaveALineFromTheLeastToTheMostOnEachBar() throws Exception {
    Document chart = drawn(100, 50);
    NodeList lines = chart.getElementsByTagName("line");
    NodeList bars = chart.getElementsByTagName("rect");

    assertThat(lines.getLength()).isEqualTo(2 * ENDS_OF_A_LINE + 1); // and the axis
    double scale = number(bars, 1, "width") / 100;
    assertThat(number(lines, 0, "x1")).isCloseTo(number(bars, 1, "x") + 90 * scale, within(0.2));
    assertThat(number(lines, 0, "x2")).isCloseTo(number(bars, 1, "x") + 110 * scale, within(0.2));
  }

  @Test
  void shouldNotLetOneSlowIterationMakeAllBarsShort() throws Exception {
    raw.write(
        "counter-plain-t1",
        raw.results(1, 1, "1 s").add("inc", Contender.TALLYSTICK, 1, 1, 1_000_000),
        raw.info());
    Document chart = chart();

    assertThat(number(chart.getElementsByTagName("rect"), 1, "width")).isGreaterThan(300);
    assertThat(number(chart.getElementsByTagName("line"), 0, "x2")).isLessThan(760);
  }

  @Test
  void shouldHaveABarWithItsLineForEachFigureOfAProgramThatHasARange() throws Exception {
    Rows rows = new Rows();
    rows.add().put("store", "memory").put("jobMs", new double[] {12, 8, 10}).put("errors", 3L);
    rows.add().put("store", "redis").put("jobMs", new double[] {5, 5, 5}).put("errors", 0L);
    raw.writeRows("sd-jobs-once", rows, raw.info());
    Document chart = chart("sd-jobs-once.svg");
    NodeList bars = chart.getElementsByTagName("rect");
    NodeList lines = chart.getElementsByTagName("line");

    assertThat(bars.getLength()).isEqualTo(3); // the background first, and none of errors
    assertThat(number(bars, 1, "width") / number(bars, 2, "width")).isCloseTo(2, within(0.01));
    double scale = number(bars, 1, "width") / 10;
    assertThat(number(lines, 0, "x1")).isCloseTo(number(bars, 1, "x") + 8 * scale, within(0.2));
    assertThat(number(lines, 0, "x2")).isCloseTo(number(bars, 1, "x") + 12 * scale, within(0.2));
    assertThat(Files.readString(folder.resolve("sd-jobs.md")))
        .contains("](charts/sd-jobs-once.svg)", "| memory | 10.0 | 8.00 | 12.0 | 3 |");
  }

  @Test
  void shouldNotBeDrawnOfAProgramsFiguresWithoutARange() throws Exception {
    Figures figures = new Figures();
    figures.put("retireSeconds", 1.5);
    raw.writeFigures("dead-processes-once", figures, raw.info());
    ReportWriter.write(folder);

    assertThat(folder.resolve("charts/dead-processes-once.svg")).doesNotExist();
    assertThat(Files.readString(folder.resolve("dead-processes.md"))).doesNotContain("charts/");
  }

  @Test
  void shouldBeShownOnThePageAndGoWithIt() throws Exception {
    drawn(100, 50);
    assertThat(Files.readString(folder.resolve("counter.md")))
        .contains("](charts/counter-plain.svg)");

    raw.delete("counter-plain-t1");
    ReportWriter.write(folder);
    assertThat(folder.resolve("charts/counter-plain.svg")).doesNotExist();
  }

  /** Two contenders, with a tenth of the median less and more. */
  private Document drawn(double tallystick, double clientJava) throws Exception {
    raw.write(
        "counter-plain-t1",
        raw.results(1, 1, "1 s")
            .add("inc", Contender.TALLYSTICK, tallystick * 0.9, tallystick, tallystick * 1.1)
            .add("inc", Contender.CLIENT_JAVA, clientJava * 0.9, clientJava, clientJava * 1.1),
        raw.info());
    return chart();
  }

  private Document chart() throws Exception {
    return chart("counter-plain.svg");
  }

  private Document chart(String name) throws Exception {
    ReportWriter.write(folder);
    String text = Files.readString(folder.resolve("charts").resolve(name));
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(text)));
  }

  private static double number(NodeList nodes, int index, String attribute) {
    return Double.parseDouble(((Element) nodes.item(index)).getAttribute(attribute));
  }
}

package io.tallystick.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Times and rates that someone typed.
 *
 * <p>What the project costs is said by pages that a program writes. In prose and comments, a number
 * with a unit of time below a second, or of a rate, is therefore a claim that nobody measures, but
 * where it is code: what a user types or is shown, such as a setting, has marks of code around it.
 */
class FiguresByHandTest {
  private static final Path PROJECT = Path.of("..");
  private static final Path PAGES = PROJECT.resolve(Path.of("docs", "benchmarks"));

  private static final String NUMBER =
      "(?:\\d[\\d.,]*|\\b(?:two|three|four|five|six|seven|eight|nine|ten|twenty|fifty|few|tens|hundreds?"
          + "|thousands?|millions?))(?:[\\s-](?:hundred|thousand|million|billion))?";
  private static final String TIME =
      "[\\s-]?(?:ns|µs|μs|us|ms|(?:of\\s)?(?:nano|micro|milli)seconds?|[rq]ps)\\b";

  /** How often something is done is no claim: a hundred times a second. */
  private static final String RATE =
      "(?:[\\s-]?[kMG]?(?:i?B|ops?)?)(?:\\s(?!times)[a-z'-]+){0,3}"
          + "(?:\\s?/\\s?|\\s(?:a|per|each|every|in\\sa|in\\sone)\\s)s(?:ec(?:ond)?)?\\b";

  private static final Pattern FIGURE =
      Pattern.compile(NUMBER + "(?:" + TIME + "|" + RATE + ")", Pattern.CASE_INSENSITIVE);

  private static final Pattern CODE_IN_MARKDOWN =
      Pattern.compile("```.*?```|`[^`]*`", Pattern.DOTALL);
  private static final Pattern CODE_IN_JAVADOC = Pattern.compile("\\{@code[^}]*}");
  private static final Pattern COMMENT =
      Pattern.compile("/\\*.*?\\*/|(?<=\\s)//[^\\n]*(?:\\n\\s*//[^\\n]*)*", Pattern.DOTALL);

  /** What comes between a number and its unit, or around them, and is not seen by a reader. */
  private static final Pattern MARKS = Pattern.compile("\\*|<[^>\\n]*>|(?<!\\w)_|_(?!\\w)");

  private static final Pattern OTHER_SPACES =
      Pattern.compile("&(?:nbsp|thinsp|#160);|[\\u00a0\\u2009\\u202f]");

  /** What is no claim though it has a figure: pieces of lines, and why. */
  private static final List<String> NO_CLAIMS =
      List.of(
          "ms to a day", // the range of a setting
          "job of 50 ms"); // of a user's: the docs say what becomes of what it counted

  @Test
  void shouldNotBeInTheReadmeOrTheGuide() throws IOException {
    List<String> claims = new ArrayList<>();
    for (Path page : files(".md")) {
      if (!page.startsWith(PAGES)) {
        inMarkdown(Quotation.without(Files.readString(page)))
            .forEach(claim -> claims.add(page + ": " + claim));
      }
    }
    assertThat(claims).as("figures for jmh/run to write, or code without its marks").isEmpty();
  }

  @Test
  void shouldNotBeInComments() throws IOException {
    List<String> claims = new ArrayList<>();
    for (Path source : files(".java")) {
      if (isOfMain(source)) {
        inJava(Files.readString(source)).forEach(claim -> claims.add(source + ": " + claim));
      }
    }
    assertThat(claims).as("figures for jmh/run to write, or code without its marks").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "An update takes 2 ns.",
        "in 0.5 µs each",
        "in 0.5 μs each",
        "no more than 30us",
        "reads 1,000 series in 1.5ms",
        "a 40-ns update",
        "**2** ns",
        "_2_ ns",
        "<b>2</b> ns",
        "2&nbsp;ns",
        "2\u00a0ns",
        "2\u202fns",
        "12 M/s",
        "12 M ops/s",
        "12 ops/s",
        "30 k/s",
        "about 300 MB/s",
        "about 300 MiB/s",
        "3 million updates a second",
        "ten thousand lists of targets per second",
        "45,000 a second",
        "45,000/s",
        "45,000 /s",
        "45,000 updates/s",
        "45,000 look-ups by label-values a second",
        "45,000 updates each second",
        "45,000 updates in a second",
        "45,000 per sec",
        "45,000 rps",
        "45k/s",
        "45kops/s",
        "2 million/s",
        "<b>2</b> M/s",
        "thousands of writes a second",
        "4 milliseconds",
        "a few microseconds",
        "tens of milliseconds",
        "two nanoseconds",
        "a job of 50 ms that costs 2 ns", // of which only the first is no claim
      })
  void shouldBeFoundWhereThereAreSome(String prose) {
    String broken = prose.replaceFirst(" (?=\\S+$)", "\n");
    String brokenComment = prose.replaceFirst(" (?=\\S+$)", "\n   * ");
    String brokenLines = prose.replaceFirst(" (?=\\S+$)", "\n   // ");

    assertThat(inMarkdown("# Title\n\n" + prose + "\n")).hasSize(1);
    assertThat(inMarkdown("- " + broken + "\n")).hasSize(1);
    assertThat(inMarkdown("| a | " + prose + " |\n")).hasSize(1);
    assertThat(inJava("  /** " + prose + " */\n  int a;\n")).hasSize(1);
    assertThat(inJava("  /**\n   * " + brokenComment + "\n   */\n  int a;\n")).hasSize(1);
    assertThat(inJava("  int a; // " + prose + "\n  int b;\n")).hasSize(1);
    assertThat(inJava("  // " + brokenLines + "\n  int b;\n")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "once a second",
        "a hundred times a second",
        "3 docs/stores.md",
        "in nanoseconds",
        "2 series",
        "1.9.0 as users get it",
        "from 1 ms to a day",
        "a job of 50 ms"
      })
  void shouldNotBeFoundWhereThereAreNone(String prose) {
    assertThat(inMarkdown(prose)).isEmpty();
    assertThat(inJava("  /** " + prose + " */\n")).isEmpty();
  }

  @Test
  void shouldNotBeFoundInWhatIsMarkedAsCode() {
    assertThat(inMarkdown("every `5 ms`\n```\ntimeout 7 ms\n```\n")).isEmpty();
    assertThat(inJava("  /** Every {@code 5 ms}. */\n  String a = \"7 ms\";\n")).isEmpty();
  }

  private static List<String> inMarkdown(String page) {
    return claims(CODE_IN_MARKDOWN.matcher(page).replaceAll(""));
  }

  private static List<String> inJava(String source) {
    List<String> claims = new ArrayList<>();
    Matcher comments = COMMENT.matcher(source);
    while (comments.find()) {
      String prose = comments.group().replaceAll("\\n\\s*(?:\\*|//)", " ");
      claims.addAll(claims(CODE_IN_JAVADOC.matcher(prose).replaceAll("")));
    }
    return claims;
  }

  /** The figures in some prose, also those that a line break parts from their units. */
  private static List<String> claims(String prose) {
    String read = OTHER_SPACES.matcher(MARKS.matcher(prose).replaceAll("")).replaceAll(" ");
    for (String piece : NO_CLAIMS) {
      read = read.replace(piece, "");
    }
    read = read.replaceAll("[ \\t]*\\n[ \\t]*|[ \\t]+", " ");
    return FIGURE.matcher(read).results().map(MatchResult::group).toList();
  }

  private static boolean isOfMain(Path source) {
    return source.toString().contains("/src/main/");
  }

  /** All of the project's own files with an ending; builds of other modules may be under way. */
  private static List<Path> files(String ending) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        PROJECT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            return name.equals("target") || name.equals(".git")
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(ending)) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    assertThat(found).isNotEmpty();
    return found;
  }
}

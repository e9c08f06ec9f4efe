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

  private static final Pattern FIGURE =
      Pattern.compile(
          "\\d[\\d.,]*[ \\u00a0]?(?:ns|µs|μs|us|ms|[kMG]/s|[kKMG]i?B/s|ops/s|op/s"
              + "|(?:nano|micro|milli)seconds?)\\b");

  private static final Pattern CODE_IN_MARKDOWN =
      Pattern.compile("```.*?```|`[^`]*`", Pattern.DOTALL);
  private static final Pattern CODE_IN_JAVADOC = Pattern.compile("\\{@code[^}]*}");
  private static final Pattern COMMENT =
      Pattern.compile("/\\*.*?\\*/|(?<=\\s)//[^\\n]*", Pattern.DOTALL);

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
        String prose = Quotation.without(Files.readString(page));
        claims(page, CODE_IN_MARKDOWN.matcher(prose).replaceAll(""), claims);
      }
    }
    assertThat(claims).as("figures for jmh/run to write, or code without its marks").isEmpty();
  }

  @Test
  void shouldNotBeInComments() throws IOException {
    List<String> claims = new ArrayList<>();
    for (Path source : files(".java")) {
      Matcher comments = COMMENT.matcher(Files.readString(source));
      while (isOfMain(source) && comments.find()) {
        String prose = comments.group().replaceAll("\\n\\s*\\*", "");
        claims(source, CODE_IN_JAVADOC.matcher(prose).replaceAll(""), claims);
      }
    }
    assertThat(claims).as("figures for jmh/run to write, or code without its marks").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "An update takes 2 ns.",
        "in 0.5 µs each",
        "reads 1,000 series in 1.5ms",
        "12 M/s",
        "about 300 MB/s",
        "4 milliseconds"
      })
  void shouldBeFoundWhereThereAreSome(String prose) {
    List<String> claims = new ArrayList<>();
    claims(Path.of("page.md"), prose, claims);
    assertThat(claims).hasSize(1);
  }

  private static void claims(Path file, String prose, List<String> claims) {
    prose
        .lines()
        .filter(line -> FIGURE.matcher(line).find())
        .filter(line -> NO_CLAIMS.stream().noneMatch(line::contains))
        .forEach(line -> claims.add(file + ": " + line.strip()));
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

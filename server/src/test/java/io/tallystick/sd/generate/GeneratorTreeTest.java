package io.tallystick.sd.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GeneratorTreeTest {
  private static final String ONE = "[{\"targets\":[\"a:1\"]}]";

  @TempDir Path temp;
  private Path outside;
  private GeneratorFolder folder;

  @BeforeEach
  void open() throws IOException {
    outside = Files.createDirectory(temp.resolve("outside"));
    folder = new GeneratorFolder(Files.createDirectory(temp.resolve("root")));
  }

  @AfterEach
  void close() {
    folder.close();
  }

  private Path link(String path, Path target) throws IOException {
    return Files.createSymbolicLink(folder.root().resolve(path), target);
  }

  private Path outsider(String name) throws IOException {
    return GeneratorFolder.age(Files.writeString(outside.resolve(name), ONE));
  }

  @Test
  void shouldListEachFolderAndEachGeneratorOnce() throws IOException {
    folder.write("b.json", ONE);
    folder.write("a/x/1.yaml", "[]");
    folder.write("a/2.yml", "[]");
    folder.write("a/3.py", "");
    folder.script("a/run");
    Files.createDirectory(folder.root().resolve("empty"));
    folder.write("texts/README.md", "");

    assertThat(folder.targets().paths())
        .containsExactly("", "a", "a/2.yml", "a/3.py", "a/run", "a/x", "a/x/1.yaml", "b.json");
  }

  @Test
  void shouldExistExactlyWhereItIsListed() throws IOException {
    folder.write("b.json", ONE);
    folder.write("a/x/1.yaml", "[]");
    folder.write("texts/README.md", "");
    Files.createDirectory(folder.root().resolve("empty"));

    GeneratorRoot targets = folder.targets();

    assertThat(targets.paths()).allMatch(targets::exists).hasSize(5);
    assertThat(List.of("empty", "texts", "texts/README.md", "c", "b.json/x", "a/x/1"))
        .noneMatch(targets::exists);
  }

  @Test
  void shouldHaveNoPathWhenThereIsNoGenerator() throws IOException {
    assertThat(folder.targets().paths()).isEmpty();
    assertThat(folder.targets().exists("")).isFalse();
    assertThat(folder.failure("").type()).isEqualTo(GenerationException.NO_SUCH_PATH);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"_x.json", ".x.json", "_d/x.json", ".d/x.json", "a/_x.json", "a/_d/x.json"})
  void shouldNotExistWhenANameIsHidden(String path) throws Exception {
    folder.write(path, ONE);
    folder.write("a/seen.json", "[{\"targets\":[\"seen:1\"]}]");

    assertThat(folder.targets().exists(path)).isFalse();
    assertThat(folder.targets().paths()).containsExactly("", "a", "a/seen.json");
    assertThat(folder.targetsOf("")).containsExactly("seen:1");
    assertThat(folder.failure(path).type()).isEqualTo(GenerationException.NO_SUCH_PATH);
  }

  @Test
  void shouldServeARootWhoseOwnNameIsHidden() throws Exception {
    Path root = Files.createDirectory(temp.resolve("_root"));
    try (GeneratorFolder hidden = new GeneratorFolder(root)) {
      hidden.write("a.json", ONE);

      assertThat(hidden.targetsOf("")).containsExactly("a:1");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..",
        "../outside",
        "../outside/o.json",
        "a/../../outside/o.json",
        "a/../b.json",
        "./b.json",
        "a/.",
        "..%2foutside",
        "..%2foutside%2fo.json",
        "%2e%2e/outside",
        "/b.json",
        "//b.json",
        "b.json/",
        "a/",
        "a//x.json",
        "/",
        "//",
        "\u0000",
        "b.json\u0000",
        "a\u0000/x.json",
        "a\\..\\b",
        " ",
        "*",
        "~",
        "a\nb",
        "\uD800"
      })
  void shouldNotExistWhenThePathIsNotOneOfOurs(String path) throws IOException {
    folder.write("b.json", ONE);
    folder.write("a/x.json", ONE);
    outsider("o.json");

    assertThat(folder.targets().exists(path)).isFalse();
    assertThat(folder.failure(path).type()).isEqualTo(GenerationException.NO_SUCH_PATH);
  }

  @Test
  void shouldNotExistWhenThePathIsAbsolute() throws IOException {
    Path file = folder.write("b.json", ONE);

    assertThat(folder.targets().exists(file.toString())).isFalse();
    assertThat(folder.targets().exists(outsider("o.json").toString())).isFalse();
  }

  @Test
  void shouldNotExistWhenThePathIsOverLong() throws IOException {
    folder.write("b.json", ONE);

    assertThat(folder.targets().exists("x".repeat(100_000))).isFalse();
    assertThat(folder.targets().exists("x/".repeat(1_000_000) + "b.json")).isFalse();
    assertThat(folder.failure("x".repeat(100_000)).type())
        .isEqualTo(GenerationException.NO_SUCH_PATH);
  }

  @Test
  void shouldNotExistWhenTheRootIsGone() throws IOException {
    folder.write("b.json", ONE);
    Files.delete(folder.root().resolve("b.json"));
    Files.delete(folder.root());

    assertThat(folder.targets().exists("b.json")).isFalse();
    assertThat(folder.failure("b.json").message()).startsWith("cannot be read: generator=b.json");
  }

  @Test
  void shouldFailThePathAndNameTheLinkWhenItLeadsOutOfTheRoot() throws IOException {
    folder.write("a/b.json", ONE);
    link("a/secret.json", outsider("o.json"));

    GenerationException failure = folder.failure("a");

    assertThat(failure.type()).isEqualTo("OutsideRoot");
    assertThat(failure.generator()).isEqualTo("a/secret.json");
    assertThat(failure.message()).isEqualTo("link leads out of the root: generator=a/secret.json");
    assertThat(folder.targets().exists("a/secret.json")).isFalse();
  }

  @Test
  void shouldNotServeAFolderOutsideThatALinkLeadsTo() throws Exception {
    outsider("o.json");
    link("out", outside);
    folder.write("b.json", ONE);

    assertThat(folder.targets().exists("out")).isFalse();
    assertThat(folder.targets().exists("out/o.json")).isFalse();
    assertThat(folder.targetsOf("")).containsExactly("a:1");
  }

  @Test
  void shouldNotFollowALinkToAFolderInside() throws Exception {
    folder.write("a/b.json", ONE);
    link("again", Path.of("a"));
    link("loop", Path.of("."));

    assertThat(folder.targets().paths()).containsExactly("", "a", "a/b.json");
    assertThat(folder.targets().exists("again/b.json")).isFalse();
    assertThat(folder.targetsOf("")).containsExactly("a:1");
  }

  @Test
  void shouldFollowLinksToFilesInsideAsKubernetesMakesThem() throws Exception {
    folder.write("..2026_11_21/a.json", ONE);
    link("..data", Path.of("..2026_11_21"));
    link("a.json", Path.of("..data/a.json"));

    assertThat(folder.targets().paths()).containsExactly("", "a.json");
    assertThat(folder.targetsOf("a.json")).containsExactly("a:1");
  }

  @Test
  void shouldFollowARootThatIsALinkToWhereverItLeadsNow() throws Exception {
    Path old = Files.createDirectory(temp.resolve("old"));
    Path link = Files.createSymbolicLink(temp.resolve("current"), old);
    try (GeneratorFolder current = new GeneratorFolder(link)) {
      current.write("a.json", ONE);
      GeneratorRoot targets = current.targets();
      assertThat(targets.generate("", Map.of())).hasSize(1);

      Files.delete(link);
      Files.createSymbolicLink(link, Files.createDirectory(temp.resolve("new")));
      current.write("b.json", ONE);

      assertThat(targets.paths()).containsExactly("", "b.json");
    }
  }

  @Test
  void shouldFailThePathWhenALinkLeadsNowhere() throws IOException {
    folder.write("b.json", ONE);
    link("dead.json", Path.of("gone.json"));

    assertThat(folder.failure("").message()).isEqualTo("link leads nowhere: generator=dead.json");
  }

  @Test
  void shouldFailThePathWithItsNameWhenAFileIsOfAnotherKind() throws IOException {
    folder.write("a/b.json", ONE);
    folder.write("a/README.md", "");

    GenerationException failure = folder.failure("");

    assertThat(failure.type()).isEqualTo("UnknownFileType");
    assertThat(failure.generator()).isEqualTo("a/README.md");
    assertThat(failure.message()).contains("generator=a/README.md");
  }

  @Test
  void shouldOrderWhatAFolderGivesByPath() throws Exception {
    folder.write("b/1.json", "[{\"targets\":[\"b:1\"]}]");
    folder.write("a/2.yaml", "[{targets: ['a:2']}]");
    folder.write("a.json", "{\"targets\":[\"z:1\"]}");
    folder.write("a/1.json", "[{\"targets\":[\"a:1\"]},{\"targets\":[\"a:11\"]}]");

    assertThat(folder.targetsOf("")).containsExactly("z:1", "a:1", "a:11", "a:2", "b:1");
    assertThat(folder.targetsOf("a")).containsExactly("a:1", "a:11", "a:2");
    assertThat(folder.targetsOf("a/2.yaml")).containsExactly("a:2");
  }

  @Test
  void shouldSayWhatIsWrongWhenAFolderCannotBeRead() throws IOException {
    Path closed = folder.write("closed/a.json", ONE).getParent();
    folder.write("b.json", ONE);
    try {
      Files.setPosixFilePermissions(closed, Set.of());
      assumeFalse(Files.isReadable(closed), "runs as root");

      assertThat(folder.targets().exists("closed")).isTrue();
      assertThat(folder.failure("").message()).startsWith("cannot be read: generator=closed");
    } finally {
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    }
  }
}

package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.Parent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class WorkerNameTest {
  @TempDir(factory = PrivateDirectory.class)
  Path folder;

  private static String number(WorkerName name) {
    return name.text().replaceAll(".*-", "");
  }

  @Test
  void shouldHaveTheLowestNumberThatIsFree() {
    WorkerName first = WorkerName.claim(folder);
    try (WorkerName second = WorkerName.claim(folder)) {
      assertThat(number(first)).isEqualTo("1");
      assertThat(number(second)).isEqualTo("2");
      first.close();
      try (WorkerName third = WorkerName.claim(folder)) {
        assertThat(third.text()).isEqualTo(first.text());
      }
    }
  }

  @Test
  void shouldHaveTheNumberOfAProcessThatWasKilled() throws Exception {
    try (ChildJvm other = ChildJvm.of(Other.class).arguments(folder).start()) {
      String name = other.readLine();
      try (WorkerName meanwhile = WorkerName.claim(folder)) {
        assertThat(meanwhile.text()).isNotEqualTo(name);
      }
      other.kill();
      try (WorkerName next = WorkerName.claim(folder)) {
        assertThat(next.text()).isEqualTo(name);
      }
    }
  }

  @Test
  void shouldHaveNoNumberWhenNothingCanBeLocked() throws Exception {
    Path noFolder = Files.createFile(folder.resolve("file"));
    try (WorkerName name = WorkerName.claim(noFolder)) {
      assertThat(number(name)).isEqualTo("0");
    }
  }

  /** Has a name until it is killed. */
  static final class Other {
    private Other() {}

    public static void main(String[] args) throws Exception {
      Parent.endWithIt();
      try (WorkerName name = WorkerName.claim(Path.of(args[0]))) {
        System.out.println(name.text());
        new CountDownLatch(1).await();
      }
    }
  }
}

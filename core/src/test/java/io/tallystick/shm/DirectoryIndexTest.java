package io.tallystick.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testing.CrashingFileSystem;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who waits for whom when an index is replaced. */
@Timeout(60)
class DirectoryIndexTest {
  private TempDirectory temporary;
  private Directory directory;
  private DirectoryIndex index;

  @BeforeEach
  void create() throws IOException {
    temporary = TempDirectory.create();
    directory = Directory.open(temporary.path());
    index = new DirectoryIndex(directory, new CoarseClock(Clock.systemUTC()));
  }

  @AfterEach
  void delete() throws IOException {
    temporary.close();
  }

  @Test
  void shouldTakeNoTableThatIsReplacedWhileAnotherProcessIsAtIt() throws IOException {
    IndexTable old = index.present(1);
    assertThat(old).isNotNull();
    try (FileLockHandle held = directory.tryLockForIndex()) {
      assertThat(held).isNotNull();
      old.setReplaced();
      assertThat(index.successor(old, 3)).isNull();
      assertThat(index.present(3)).isNull();
      assertThat(index.grown(old)).isNull();
    }
    IndexTable next = index.present(1);
    assertThat(next).isNotNull();
    assertThat(next.id()).isNotEqualTo(old.id());
    assertThat(next.lineage()).isEqualTo(old.lineage());
  }

  @Test
  void shouldKeepWhenItWasCountedWhenATableIsCopied() throws IOException {
    IndexTable counted = index.present(1);
    assertThat(counted).isNotNull();
    counted.setReplaced();
    DirectoryIndex later =
        new DirectoryIndex(
            directory, new CoarseClock(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(2))));
    IndexTable copied = later.successor(counted, 1);
    assertThat(copied).isNotNull();
    assertThat(copied.countedMs()).isEqualTo(counted.countedMs());
    IndexTable recounted = later.recount(copied);
    assertThat(recounted).isNotNull();
    assertThat(recounted.countedMs()).isGreaterThan(counted.countedMs());
  }

  @Test
  void shouldCountNothingAnewWhileAnotherProcessFolds() throws IOException {
    IndexTable old = index.present(1);
    try (RetireLock folding = RetireLock.tryTake(directory)) {
      assertThat(folding).isNotNull();
      assertThat(index.recount(old)).isNull();
    }
    assertThat(index.recount(old)).isNotNull();
  }

  @Test
  void shouldReadNoFilesWhileAnotherProcessReplacesTheIndex() throws IOException {
    AtomicInteger lists = new AtomicInteger();
    DirectoryIndex watched =
        new DirectoryIndex(
            Directory.open(CrashingFileSystem.path(temporary.path(), new ListCount(lists))),
            new CoarseClock(Clock.systemUTC()));
    try (FileLockHandle held = directory.tryLockForIndex()) {
      assertThat(held).isNotNull();
      assertThat(watched.present(100)).isNull(); // there is none, and it cannot be made
      assertThat(lists).hasValue(0);
    }
    assertThat(watched.present(1)).isNotNull();
    assertThat(lists).hasPositiveValue();
  }

  /** Counts how often a directory is listed. */
  private record ListCount(AtomicInteger lists) implements CrashingFileSystem.Observer {
    @Override
    public void before(int number, CrashingFileSystem.Step step) {
      // only looks are counted
    }

    @Override
    public void beforeLook(CrashingFileSystem.Look look, Path path) {
      if (look == CrashingFileSystem.Look.LIST) {
        lists.incrementAndGet();
      }
    }
  }
}

package io.tallystick.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.Stores;
import io.tallystick.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the library of the driver is put, and what of it stays. */
class NativeLibraryTest {
  @TempDir private Path folder;

  private ChildJvm.Builder child(String property, Path temporary) {
    return ChildJvm.of(Child.class)
        .option("-D" + property + "=" + temporary)
        .arguments(folder.resolve("x.db"));
  }

  private static Path folderIn(Path parent) throws IOException {
    return Files.createDirectory(parent.resolve("temporary"));
  }

  private static void assertEmpty(Path temporary) throws IOException {
    try (Stream<Path> files = Files.list(temporary)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void shouldLeaveNoFileBehindWhenItsProcessIsKilled() throws Exception {
    Path temporary = folderIn(folder);
    for (String property : new String[] {"java.io.tmpdir", "org.sqlite.tmpdir"}) {
      try (ChildJvm child = child(property, temporary).start()) {
        child.await("opened");
        child.kill();
      }
      assertEmpty(temporary);
    }
  }

  @Test
  void shouldSayWhichFolderIsMeantWhenTheLibraryCannotBeLoaded() throws Exception {
    Path nowhere = folder.resolve("nowhere");
    try (ChildJvm child = child("java.io.tmpdir", nowhere).start()) {
      assertThat(child.waitFor()).isNotZero();
      assertThat(child.errors())
          .contains("org.sqlite.tmpdir", "folder=" + nowhere, "category=PERMANENT");
    }
  }

  /** A process that opens a store and waits. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      try (Store store = Stores.open("sqlite:" + args[0])) {
        store.ping();
        System.out.println("opened");
        System.in.read();
      } catch (StoreException e) {
        System.err.println("category=" + e.category());
        throw e;
      }
    }
  }
}

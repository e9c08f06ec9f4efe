package io.tallystick.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.Stores;
import io.tallystick.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
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

  @Test
  void shouldStartNoProcessToFindTheLibraryWhereThereIsNoDoubtWhichItIs() throws Exception {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "another machine");
    assumeTrue(Files.exists(Path.of("/lib64/ld-linux-x86-64.so.2")), "no Linux with glibc");
    assumeFalse(Files.exists(Path.of("/lib/ld-musl-x86_64.so.1")), "musl, too");
    Queue<String> loaded = new ConcurrentLinkedQueue<>();
    try (ChildJvm child =
        child("java.io.tmpdir", folder).option("-verbose:class").onLine(loaded::add).start()) {
      child.await("opened");
    }
    assertThat(loaded).anyMatch(line -> line.contains("org.sqlite.core.NativeDB"));
    assertThat(loaded).noneMatch(line -> line.contains("java.lang.ProcessImpl"));
  }

  @Test
  void shouldLeaveTheDriversPropertiesAsTheyWereWhenTheLibraryIsLoaded() throws Exception {
    try (ChildJvm child = child("org.sqlite.tmpdir", folder).start()) {
      child.await("properties: " + folder + " null null");
    }
    try (ChildJvm child = child("org.sqlite.lib.name", Path.of("libsqlitejdbc.so")).start()) {
      child.await("properties: null null libsqlitejdbc.so");
    }
    try (ChildJvm child = child("org.sqlite.lib.path", Path.of("/nowhere")).start()) {
      child.await("properties: null /nowhere null");
    }
  }

  @Test
  void shouldLetNobodyElseLookIntoTheFolderOfTheLibrary() throws Exception {
    Path first = NativeLibrary.folderIn(folder);
    Path second = NativeLibrary.folderIn(folder);

    assertThat(first).isNotEqualTo(second);
    assertThat(Files.getPosixFilePermissions(first))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    assertThat(NativeLibrary.folderIn(folder.resolve("nowhere"))).isNull();
  }

  /** A process that opens a store and waits. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      try (Store store = Stores.open("sqlite:" + args[0])) {
        store.ping();
        System.out.println("opened");
        System.out.println(
            "properties: "
                + System.getProperty("org.sqlite.tmpdir")
                + " "
                + System.getProperty("org.sqlite.lib.path")
                + " "
                + System.getProperty("org.sqlite.lib.name"));
        System.in.read();
      } catch (StoreException e) {
        System.err.println("category=" + e.category());
        throw e;
      }
    }
  }
}

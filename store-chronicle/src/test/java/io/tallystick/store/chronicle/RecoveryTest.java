package io.tallystick.store.chronicle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.ChildJvm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process leaves that dies at a point of a call. */
class RecoveryTest {
  @TempDir private Path folder;

  private ChronicleStore open() {
    return ChronicleStore.open(folder.resolve("store"));
  }

  private ChronicleStore open(Duration patience) {
    return ChronicleStore.open(
        folder.resolve("store"), MapSizes.DEFAULT, InstantSource.system(), patience);
  }

  private ChildJvm start(DyingUser.Point point) throws Exception {
    ChildJvm.Builder builder =
        ChildJvm.of(DyingUser.class).arguments(folder.resolve("store"), point);
    JvmOptions.ALL.forEach(builder::option);
    ChildJvm child = builder.start();
    child.await("stays true");
    return child;
  }

  private void die(DyingUser.Point point) throws Exception {
    try (ChildJvm child = start(point)) {
      child.kill();
    }
  }

  private static void fill(ChronicleStore store) {
    store.keyValues().put("a", new byte[] {1});
    store.keyValues().put("b", new byte[] {2});
  }

  private static void assertFilled(ChronicleStore store) {
    assertThat(store.keyValues().get("a")).hasValue(new byte[] {1});
    assertThat(store.keyValues().get("b")).hasValue(new byte[] {2});
    assertThat(store.keyValues().exists("new")).isFalse();
    assertThat(store.stats().keys()).isEqualTo(2);
    assertThat(store.stats().jobs()).isZero();
    assertThat(store.lostEntries()).isZero();
  }

  @Test
  void shouldGoOnAtOnceWhenAProcessDiesInACall() throws Exception {
    try (ChronicleStore store = open()) {
      fill(store);
      die(DyingUser.Point.CALL);
      assertFilled(store);
      assertThat(store.recoveries()).isZero();
    }
  }

  @Test
  void shouldTakeBackWhatACallHasChangedInAllMapsWhenItsProcessDies() throws Exception {
    try (ChronicleStore store = open()) {
      fill(store);
      die(DyingUser.Point.CHANGED);
      assertFilled(store);
      assertThat(store.recoveries()).isZero();
    }
  }

  @Test
  void shouldTakeBackWhatACallHasChangedWhenItThrows() {
    try (ChronicleStore store = open();
        Session session =
            Session.open(folder.resolve("store"), MapSizes.DEFAULT, DirectoryLock.PATIENCE)) {
      fill(store);
      assertThatIllegalStateException()
          .isThrownBy(() -> session.run(() -> changeAndThrow(session.map(MapKind.KEYS))));
      assertFilled(store);
    }
  }

  private static void changeAndThrow(MapFile map) {
    map.put(new byte[] {'a'}, new byte[50]);
    map.put(new byte[] {'n', 'e', 'w'}, new byte[50]);
    map.remove(new byte[] {'b'});
    throw new IllegalStateException("thrown by the test");
  }

  @Test
  void shouldRecoverTheMapForAllWhoHaveItOpenWhenAProcessDiesWithItsLock() throws Exception {
    try (ChronicleStore store = open();
        ChronicleStore other = open()) {
      fill(store);
      die(DyingUser.Point.INSIDE);
      assertFilled(store);
      store.keyValues().put("c", new byte[] {3});
      assertThat(other.keyValues().get("c")).hasValue(new byte[] {3});
      assertThat(other.recoveries()).isEqualTo(1);
    }
    try (ChronicleStore reopened = open()) {
      assertThat(reopened.keyValues().get("c")).hasValue(new byte[] {3});
    }
  }

  @Test
  void shouldTakeBackAndRecoverWhenNobodyElseHadItOpen() throws Exception {
    try (ChronicleStore store = open()) {
      fill(store);
    }
    Files.write(folder.resolve("store").resolve("keys-1.map"), new byte[100]); // half a copy
    die(DyingUser.Point.INSIDE_CHANGED);
    try (ChronicleStore store = open()) {
      assertFilled(store);
      assertThat(store.recoveries()).isEqualTo(1);
    }
  }

  @Test
  void shouldFailAsTransientWhenALivingProcessHasTheLockForTooLong() throws Exception {
    try (ChronicleStore store = open(Duration.ofMillis(100))) {
      fill(store);
      try (ChildJvm child = start(DyingUser.Point.CHANGED)) {
        StoreException failure =
            catchThrowableOfType(StoreException.class, () -> store.keyValues().get("a"));
        assertThat(failure.category()).isEqualTo(Category.TRANSIENT);
        child.kill();
      }
      assertFilled(store);
    }
  }

  @Test
  void shouldRecoverAllMapsWhenTheHostHasStartedAnew() throws IOException {
    try (ChronicleStore store = open()) {
      fill(store);
    }
    ControlFile.map(folder.resolve("store").resolve("control")).setBoot(7);
    try (ChronicleStore store = open()) {
      assertFilled(store);
      assertThat(store.recoveries()).isEqualTo(MapKind.values().length);
    }
  }

  @ParameterizedTest
  @ValueSource(bytes = {0, -3, 120})
  void shouldOpenWhenALossOfPowerHasDamagedTheLogOfACall(byte filling) throws Exception {
    try (ChronicleStore store = open()) {
      fill(store);
    }
    byte[] bytes = new byte[200];
    Arrays.fill(bytes, filling);
    try (FileChannel undo =
        FileChannel.open(folder.resolve("store").resolve("undo"), StandardOpenOption.WRITE)) {
      undo.write(ByteBuffer.wrap(bytes), 0);
    }
    ControlFile control = ControlFile.map(folder.resolve("store").resolve("control"));
    control.setBoot(7);
    control.setUndoLengthVolatile(100);
    try (ChronicleStore store = open()) {
      assertFilled(store);
    }
  }

  @Test
  void shouldLeaveTheLockOfAnotherStoreAloneWhenAClosedOneIsAsked() {
    ChronicleStore closed = open();
    closed.close();
    try (Session session =
        Session.open(folder.resolve("store"), MapSizes.DEFAULT, DirectoryLock.PATIENCE)) {
      int[] owners = new int[2];
      session.run(
          () -> {
            owners[0] = session.control().ownerVolatile();
            assertThat(failureOf(closed::stats).category()).isEqualTo(Category.PERMANENT);
            owners[1] = session.control().ownerVolatile();
          });
      assertThat(owners[1]).isEqualTo(owners[0]).isNotEqualTo(ControlFile.NOBODY);
    }
  }

  private static StoreException failureOf(Runnable call) {
    return catchThrowableOfType(StoreException.class, call::run);
  }

  @Test
  void shouldFailAsTransientWhenAnotherThreadHasTheLockForTooLong() throws Exception {
    try (Session session =
        Session.open(folder.resolve("store"), MapSizes.DEFAULT, Duration.ofMillis(50))) {
      StoreException[] failure = new StoreException[1];
      Thread other = new Thread(() -> failure[0] = failureOf(() -> session.run(() -> {})), "other");
      session.run(
          () -> {
            other.start();
            try {
              other.join(ChildJvm.PATIENCE.toMillis());
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      other.join();
      assertThat(failure[0]).isNotNull();
      assertThat(failure[0].category()).isEqualTo(Category.TRANSIENT);
    }
  }
}

package io.tallystick.fallback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.KeyValues;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.Store;
import io.tallystick.testing.TurnedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;

/** A fallback store of two that a test takes away, which does by itself only what it is told to. */
abstract class FallbackStoreSteps {
  static final Duration MINUTE = Duration.ofMinutes(1);

  final TurnedClock clock = TurnedClock.at(Instant.parse("2030-01-01T00:00:00Z"));
  final AtomicLong nowNs = new AtomicLong(1);
  final Store firstStore = MemoryStore.open(Long.MAX_VALUE, clock);
  final Store secondStore = MemoryStore.open(Long.MAX_VALUE, clock);
  final FaultyStore first = new FaultyStore(firstStore);
  final FaultyStore second = new FaultyStore(secondStore);
  final List<FallbackStore> opened = new ArrayList<>();
  final FallbackStore store = open(first);

  /** A process of its own, as far as the stores are concerned. */
  FallbackStore open(Store itsFirst) {
    return open(itsFirst, second);
  }

  FallbackStore open(Store itsFirst, Store itsSecond) {
    FallbackStore process =
        FallbackStore.builder(itsFirst, itsSecond)
            .clock(clock)
            .closesStores(false)
            .withoutThreads(nowNs::get)
            .open();
    opened.add(process);
    return process;
  }

  @AfterEach
  void close() {
    opened.forEach(FallbackStore::close);
  }

  KeyValues values() {
    return store.keyValues();
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  static String text(Optional<byte[]> value) {
    return value.map(bytes -> new String(bytes, UTF_8)).orElse("none");
  }

  /** Lets the time pass after which a store is asked again, and does what is then to be done. */
  void recover(FallbackStore process) {
    nowNs.addAndGet(Duration.ofMillis(500).toNanos());
    process.upkeep().follow();
    process.upkeep().follow();
    process.upkeep().tell();
    process.upkeep().recover();
    process.upkeep().follow();
  }

  void comeBack() {
    first.comeBack();
    recover(store);
    assertThat(store.mode()).isEqualTo(FallbackMode.PRIMARY);
  }
}

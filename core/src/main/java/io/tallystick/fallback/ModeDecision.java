package io.tallystick.fallback;

import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What decides the mode of an application, in this order: a pin of all who share a store, one of
 * this process, and the worse one of what health and a fallback store ask for. Threading: any.
 */
final class ModeDecision {
  private final ModeSwitch modes;
  private final @Nullable FallbackStore followed;
  private final ReentrantLock lock = new ReentrantLock();

  private ModeRules.Verdict ofHealth = ModeRules.Verdict.PRIMARY; // guarded by lock, as below
  private ModeRules.@Nullable Verdict ownPin;
  private ModeRules.@Nullable Verdict pinOfAll;

  ModeDecision(ModeSwitch modes, @Nullable FallbackStore followed) {
    this.modes = modes;
    this.followed = followed;
  }

  /** Takes in what health asks for; the mode, which may be another one. */
  FallbackMode ofHealth(ModeRules.Verdict verdict) {
    lock.lock();
    try {
      ofHealth = verdict;
      decide();
      return modes.mode();
    } finally {
      lock.unlock();
    }
  }

  /** Takes in how this process is held; null where it is not. */
  void ofOwnPin(ModeRules.@Nullable Verdict verdict) {
    lock.lock();
    try {
      ownPin = verdict;
      decide();
    } finally {
      lock.unlock();
    }
  }

  /** Takes in how all who share the store are held; null where they are not. */
  void ofPinOfAll(ModeRules.@Nullable Verdict verdict) {
    lock.lock();
    try {
      pinOfAll = verdict;
      decide();
    } finally {
      lock.unlock();
    }
  }

  /** Decides by all of it. */
  void decide() {
    lock.lock();
    try {
      ModeRules.Verdict verdict =
          pinOfAll != null ? pinOfAll : ownPin != null ? ownPin : ofHealth.or(ofStore());
      modes.set(verdict.mode(), verdict.reason().isEmpty() ? "recovered" : verdict.reason());
    } finally {
      lock.unlock();
    }
  }

  private ModeRules.Verdict ofStore() {
    FallbackMode mode = followed == null ? FallbackMode.PRIMARY : followed.mode();
    return mode == FallbackMode.PRIMARY
        ? ModeRules.Verdict.PRIMARY
        : new ModeRules.Verdict(mode, "store_" + mode.name().toLowerCase(Locale.ROOT));
  }
}

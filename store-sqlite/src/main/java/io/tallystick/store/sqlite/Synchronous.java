package io.tallystick.store.sqlite;

/** When a commit waits for the disk. */
public enum Synchronous {
  /** At checkpoints: a commit outlives its process, and not always the host's loss of power. */
  NORMAL,

  /** At each commit: it outlives the host's loss of power. */
  FULL
}

package io.tallystick;

import io.tallystick.replication.Replicator;

/** A replicator of an instance's directory, with its store. */
final class Replication implements AutoCloseable {
  private final Replicator replicator;
  private final ReplicationTarget target;

  Replication(Replicator replicator, ReplicationTarget target) {
    this.replicator = replicator;
    this.target = target;
  }

  @Override
  public void close() {
    try {
      replicator.close();
    } finally {
      target.close();
    }
  }
}

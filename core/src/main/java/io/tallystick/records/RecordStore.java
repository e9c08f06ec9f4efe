package io.tallystick.records;

import io.tallystick.store.Capability;
import io.tallystick.store.Documents;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import java.time.InstantSource;

/**
 * Records on a store: metrics, alerts, and states of agents. It opens nothing and closes nothing:
 * the store is the caller's. Threading: any.
 */
public final class RecordStore {
  private final Store store;
  private final MetricRecords metrics;
  private final AlertRecords alerts;
  private final AgentRecords agents;

  private RecordStore(Store store, RecordSettings settings, InstantSource clock) {
    Documents documents = store.documents();
    boolean isAtomic = store.capabilities().contains(Capability.ATOMIC_DOCUMENTS);
    this.store = store;
    this.metrics = new MetricRecords(documents, settings.metricTimeToLive(), clock);
    this.alerts = new AlertRecords(documents, settings, isAtomic, clock);
    this.agents = new AgentRecords(documents, settings.agentTimeToLive());
  }

  /**
   * The records of a store, kept for the usual times.
   *
   * @throws StoreException PERMANENT where it does not declare {@link Capability#DOCUMENTS}
   */
  public static RecordStore of(Store store) {
    return of(store, RecordSettings.DEFAULT, InstantSource.system());
  }

  /**
   * The records of a store.
   *
   * @throws StoreException PERMANENT where it does not declare {@link Capability#DOCUMENTS}
   */
  public static RecordStore of(Store store, RecordSettings settings, InstantSource clock) {
    return new RecordStore(store, settings, clock);
  }

  /** The metrics. */
  public MetricRecords metrics() {
    return metrics;
  }

  /** The alerts. */
  public AlertRecords alerts() {
    return alerts;
  }

  /** The states of agents. */
  public AgentRecords agents() {
    return agents;
  }

  /** The store itself: for its {@link Store#backup}, {@link Store#restore} and stats. */
  public Store store() {
    return store;
  }
}

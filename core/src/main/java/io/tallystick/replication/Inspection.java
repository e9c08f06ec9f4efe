package io.tallystick.replication;

import io.tallystick.shm.OnceLog;
import io.tallystick.store.Ledger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a publisher looks after in a ledger besides its own source, a few times in a lease: it has
 * the sources retired whose leases have run out, says how many there are, and warns once of another
 * directory of the same name, whose gauges of single processes would be taken for this one's.
 *
 * <p>An earlier life of this directory has the name too, for as long as its lease runs. So only one
 * that has published since the inspection before is another one.
 */
final class Inspection {
  private static final long NEVER = Long.MIN_VALUE;

  private final Publisher.Settings settings;
  private final String instance;
  private final OnceLog log = new OnceLog();
  private Map<String, Long> namesakes = Map.of(); // versions
  private long lastMs = NEVER;

  Inspection(Publisher.Settings settings, String instance) {
    this.settings = settings;
    this.instance = instance;
  }

  boolean isDue() {
    long betweenMs = settings.lease().toMillis() / Publisher.RENEWALS_OF_LEASE;
    return lastMs == NEVER || Math.abs(settings.clock().millis() - lastMs) >= betweenMs;
  }

  /**
   * Makes one.
   *
   * @param own the name of the publisher's source
   */
  void run(Ledger ledger, String own) {
    lastMs = settings.clock().millis();
    List<String> retired = ledger.retireExpired();
    List<Ledger.Source> sources = ledger.sources();
    if (!settings.isJob()) {
      lookForNamesakes(sources, SourceName.of(own));
    }
    settings.listener().inspected(sources.size(), retired.size());
  }

  private void lookForNamesakes(List<Ledger.Source> sources, SourceName own) {
    Map<String, Long> present = new HashMap<>();
    for (Ledger.Source each : sources) {
      if (SourceName.isOne(each.name()) && isNamesake(SourceName.of(each.name()), own)) {
        present.put(each.name(), each.version());
        if (each.version() > namesakes.getOrDefault(each.name(), Long.MAX_VALUE)) {
          log.warn(
              "another directory is published under the same name, give each of a fleet its own"
                  + " replicationName: name="
                  + instance
                  + " directory="
                  + settings.directory().path(),
              null);
        }
      }
    }
    namesakes = present;
  }

  private boolean isNamesake(SourceName other, SourceName own) {
    return other.instance().equals(instance) && !other.line().equals(own.line());
  }
}

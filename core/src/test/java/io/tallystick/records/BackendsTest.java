package io.tallystick.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Several stores by their names. */
class BackendsTest {
  private static Backend backend(String name, boolean isDefault) {
    return new Backend(name, "memory:", isDefault, Map.of());
  }

  @Test
  void shouldOpenTheOneThatIsNamedAndTheDefaultWithoutAName() {
    try (Backends backends = Backends.of(List.of(backend("a", false), backend("b", true)))) {
      assertThat(backends.names()).containsExactly("a", "b");
      assertThat(backends.defaultName()).hasValue("b");
      backends.records("a").agents().save(AgentState.of("x", "idle", RecordsContract.NOON));
      assertThat(backends.records("a").agents().get("x")).isPresent();
      assertThat(backends.records().agents().get("x")).isEmpty();
      assertThat(backends.records()).isSameAs(backends.records("b"));
    }
  }

  @Test
  void shouldListTheNamesWhenOneIsMissingOrDoubtful() {
    try (Backends backends = Backends.of(List.of(backend("live", false), backend("old", false)))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> backends.records("Live"))
          .withMessage("no such backend: backend=Live known=live, old");
      assertThatIllegalArgumentException()
          .isThrownBy(backends::records)
          .withMessageContaining("known=live, old");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Backends.of(List.of(backend("a", true), backend("b", true))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Backends.of(List.of(backend("a", false), backend("a", false))));
    assertThatIllegalArgumentException().isThrownBy(() -> Backends.of(List.of()));
    assertThat(Backends.of(List.of(backend("only", false))).defaultName()).hasValue("only");
  }

  @Test
  void shouldTakeOptionsAndRefuseOthers() {
    Backend backend =
        new Backend(
            "r",
            "redis://h/0",
            false,
            Map.of("metric_ttl_seconds", 60L, "agent_state_ttl_seconds", 5L));
    assertThat(backend.settings().metricTimeToLive()).isEqualTo(Duration.ofMinutes(1));
    assertThat(backend.settings().agentTimeToLive()).isEqualTo(Duration.ofSeconds(5));
    assertThat(backend.settings().alertTimeToLive()).isEqualTo(Duration.ofDays(14));
    assertThat(backend.fullUrl()).isEqualTo("redis://h/0?poolSize=10");
    assertThat(new Backend("r", "redis://h?a=b", false, Map.of("max_connections", 3L)).fullUrl())
        .isEqualTo("redis://h?a=b&poolSize=3");
    assertThat(backend.toString()).doesNotContain("redis");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Backend("r", "memory:", false, Map.of("ttl", 1L)))
        .withMessageContaining("alert_ttl_seconds");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Backend("r", "memory:", false, Map.of("metric_ttl_seconds", 0L)));
  }

  @Test
  void shouldRefuseWhenClosed() {
    Backends backends = Backends.of(List.of(backend("a", false)));
    RecordStore records = backends.records();
    backends.close();
    backends.close();
    assertThatThrownBy(backends::records).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> records.agents().get("x")).isInstanceOf(StoreException.class);
  }
}

package io.tallystick.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.store.StoreUrl;
import io.tallystick.store.redis.RedisUrl.Topology;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.HostAndPort;

class RedisUrlTest {
  private static RedisUrl parse(String url) {
    return RedisUrl.of(StoreUrl.parse(url));
  }

  @Test
  void shouldReadServerUserPasswordAndDatabaseWhenTheyAreGiven() {
    RedisUrl url = parse("redis://us%3Aer:p%40ss%2F@redis.example:7000/3?prefix=a:*%5B");
    assertThat(url.servers()).containsExactly(new HostAndPort("redis.example", 7_000));
    assertThat(url.user()).isEqualTo("us:er");
    assertThat(url.password()).isEqualTo("p@ss/");
    assertThat(url.database()).isEqualTo(3);
    assertThat(url.prefix()).isEqualTo("a:*[");
    assertThat(url.tls()).isNull();
  }

  @Test
  void shouldHaveDefaultsWhenOnlyAHostIsGiven() {
    RedisUrl url = parse("redis://localhost");
    assertThat(url.servers()).containsExactly(new HostAndPort("localhost", 6_379));
    assertThat(url.user()).isNull();
    assertThat(url.password()).isNull();
    assertThat(url.prefix()).isEqualTo("prometheus");
    assertThat(url.timeToLive()).isEqualTo(Duration.ofDays(30));
  }

  @Test
  void shouldReadSentinelsAndTheirMaster() {
    RedisUrl url =
        parse("redis+sentinel://:pw@a,b:7000/fleet/2?sentinelUser=s&sentinelPassword=t&tls=on");
    assertThat(url.topology()).isEqualTo(Topology.SENTINEL);
    assertThat(url.servers())
        .containsExactly(new HostAndPort("a", 26_379), new HostAndPort("b", 7_000));
    assertThat(url.master()).isEqualTo("fleet");
    assertThat(url.database()).isEqualTo(2);
    assertThat(url.sentinelPassword()).isEqualTo("t");
    assertThat(url.tls()).isNotNull();
  }

  @Test
  void shouldReadNodesAndTlsSettings() {
    RedisUrl url = parse("redis+cluster://a:1,[::1]:2?tls=true&trustStore=/t&trustStorePassword=x");
    assertThat(url.topology()).isEqualTo(Topology.CLUSTER);
    assertThat(url.servers()).containsExactly(new HostAndPort("a", 1), new HostAndPort("::1", 2));
    assertThat(url.tls().trustStore()).isEqualTo(Path.of("/t"));
    assertThat(parse("rediss://a").tls()).isNotNull();
  }

  @Test
  void shouldShowNoSecretsAsText() {
    RedisUrl url =
        parse("rediss://us3r:s3cret@a?keyStorePassword=s3cret&trustStorePassword=s3cret");
    assertThat(url.toString()).doesNotContain("s3cret").doesNotContain("us3r");
    assertThat(url.tls().toString()).doesNotContain("s3cret");
    try (RedisStore store = RedisStore.open("redis://:s3cret@localhost")) {
      assertThat(store.toString()).doesNotContain("s3cret");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis:",
        "redis://a,b",
        "redis://a:s3cret",
        "redis://a:70000",
        "redis://a/x",
        "redis://a/1/2",
        "redis://a?prefix=",
        "redis://a?prefix=%7Bx%7D",
        "redis://a?poolSize=0",
        "redis://a?tls=maybe",
        "redis://a?trustStore=/t",
        "redis+cluster://u:pw@a?trustStorePassword=:s3cret",
        "redis+sentinel://a/m?keyStore=/k",
        "redis://a?tls=no&keyStorePassword=:s3cret",
        "redis://a?sentinelUser=u",
        "redis+cluster://a?sentinelPassword=:s3cret",
        "redis+cluster://a?database=1",
        "redis://a?timeToLiveSeconds=3600",
        "redis://a?unknown=1",
        "redis://:s3cret%zz@a",
        "redis+sentinel://a",
        "redis+sentinel://a/",
        "redis+cluster://a/1"
      })
  void shouldRefuseWhatItDoesNotUnderstandWithoutSecrets(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse(url))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(":s3cret"));
  }
}

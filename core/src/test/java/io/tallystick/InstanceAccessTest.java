package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.testing.TempDirectory;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class InstanceAccessTest {
  @Test
  void shouldLeaveNoThreadOfAnInstanceThatIsKilled() throws Exception {
    try (TempDirectory directory = TempDirectory.create()) {
      Set<Thread> before = agents();
      Tallystick killed = Tallystick.open(directory.path());
      Set<Thread> its = agents();
      its.removeAll(before);
      assertThat(its).hasSize(1);

      RegistrarAccess.kill(killed);

      assertThat(its).noneMatch(Thread::isAlive);
    }
  }

  private static Set<Thread> agents() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("tallystick-agent"))
        .collect(Collectors.toSet());
  }
}

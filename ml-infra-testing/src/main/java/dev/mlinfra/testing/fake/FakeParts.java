package dev.mlinfra.testing.fake;

import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.Wiring;
import java.util.List;
import java.util.stream.Collectors;

/** Some parts of a fake. */
record FakeParts(FakeInfra fake, List<Class<?>> parts) implements InfraModule {
  @Override
  public String name() {
    return parts.stream().map(Class::getSimpleName).collect(Collectors.joining("+", "fake-", ""));
  }

  @Override
  public List<String> faults() {
    return List.of();
  }

  @Override
  public void open(Wiring wiring) {
    fake.open(wiring, parts);
  }
}

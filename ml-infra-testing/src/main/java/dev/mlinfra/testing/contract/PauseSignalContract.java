package dev.mlinfra.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.spi.PauseSignal;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What every {@link PauseSignal} promises.
 *
 * @since 0.1
 */
public abstract class PauseSignalContract extends Contract {
  /** For who extends it. */
  protected PauseSignalContract() {}

  /**
   * Does what an operator does to pause the service.
   *
   * @param reason what the signal is to say
   * @since 0.1
   */
  protected abstract void pause(String reason);

  /**
   * Does what an operator does to let the service go on.
   *
   * @since 0.1
   */
  protected abstract void resume();

  @Test
  void saysNothingUnlessToldTo() {
    resume();
    assertThat(look()).isEmpty();
  }

  @Test
  void saysInOneLineWhatItWasTold() {
    pause("anna moves the database");
    assertThat(look().orElseThrow()).contains("anna moves the database").hasLineCount(1);
  }

  @Test
  void saysSoAsOftenAsItIsLookedAt() {
    pause("yes");
    assertThat(look()).isPresent().isEqualTo(look());
  }

  @Test
  void letsGoOnWhenTheOperatorDoes() {
    pause("yes");
    assertThat(look()).isPresent();
    resume();
    assertThat(look()).isEmpty();
  }

  private Optional<String> look() {
    return part(PauseSignal.class).look(SOON);
  }
}

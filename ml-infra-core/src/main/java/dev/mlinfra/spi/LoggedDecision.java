package dev.mlinfra.spi;

import dev.mlinfra.decision.Decision;

/**
 * A decision on its way to the store. Immutable.
 *
 * @param decision what was decided
 * @param sequence its number in this process; a missing number is a lost decision
 * @param passProbability the probability with which it passed sampling, in (0, 1]
 * @since 0.1
 */
public record LoggedDecision(Decision decision, long sequence, double passProbability) {}

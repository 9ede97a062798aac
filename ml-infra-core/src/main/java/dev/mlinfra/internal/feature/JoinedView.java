package dev.mlinfra.internal.feature;

import dev.mlinfra.feature.AsOf;
import dev.mlinfra.feature.FeatureLookup;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.PackedRow;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * A declared view whose rows another query joined as of a time. Used by one thread.
 *
 * @param view the view
 * @param answers what a found row means for a question
 */
public record JoinedView(
    FeatureView view, BiFunction<AsOf, Optional<PackedRow>, FeatureLookup> answers) {}

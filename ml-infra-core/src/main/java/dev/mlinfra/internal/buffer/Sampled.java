package dev.mlinfra.internal.buffer;

/** A value in the queue that passed while only a share of the others did. */
record Sampled(Object value, double share) {}

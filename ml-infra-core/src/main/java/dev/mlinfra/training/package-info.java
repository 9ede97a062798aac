/** Sets of rows to train on: decisions, one reward each, and the features that were known then. */
@NullMarked
package dev.mlinfra.training;

import org.jspecify.annotations.NullMarked;

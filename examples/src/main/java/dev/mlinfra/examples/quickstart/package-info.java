/**
 * The quick-start: a small recommender service over a week of real logged decisions. Read {@link
 * dev.mlinfra.examples.quickstart.Playthrough} first, it tells the whole story; every step it names
 * is a class here.
 */
@NullMarked
package dev.mlinfra.examples.quickstart;

import org.jspecify.annotations.NullMarked;

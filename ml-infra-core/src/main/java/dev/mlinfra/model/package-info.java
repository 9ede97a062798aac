/** Model versions, their promotions, and the mirror of both in a tracking server. */
@NullMarked
package dev.mlinfra.model;

import org.jspecify.annotations.NullMarked;

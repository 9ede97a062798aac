/** Features: declared once, written once, served online and joined point in time offline. */
@NullMarked
package dev.mlinfra.feature;

import org.jspecify.annotations.NullMarked;

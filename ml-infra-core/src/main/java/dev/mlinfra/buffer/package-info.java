/** What all write-behind clients share: the answer to an offer, the bounds, the ledger. */
@NullMarked
package dev.mlinfra.buffer;

import org.jspecify.annotations.NullMarked;

/** What both artifact stores share: digests, verified copies, the quota. */
@NullMarked
package dev.mlinfra.storage.internal.content;

import org.jspecify.annotations.NullMarked;

package dev.mlinfra.spi;

import dev.mlinfra.privacy.ErasureReceipt;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Removes what is stored about a subject. Thread-safe; blocks.
 *
 * @since 0.1
 */
public interface ErasureStore {
  /**
   * Writes the request down. From then on no process stores a decision of the subject that was
   * decided until then, nor feedback for one.
   *
   * @param subject whom to forget
   * @param decidedUntil the newest decision to forget, by the clock of the host; a store whose own
   *     clock is ahead forgets until that
   * @return the request, to be carried out
   * @throws dev.mlinfra.error.ConfigException when a right is missing; nothing is written then
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be reached
   * @since 0.1
   */
  Request begin(String subject, Instant decidedUntil);

  /**
   * A request that was written down. Confined to one thread.
   *
   * @since 0.1
   */
  interface Request {
    /**
     * Deletes decisions, feedback and dead letters, in several transactions when there are many.
     *
     * @throws dev.mlinfra.error.UnavailableException when the store cannot be reached; another
     *     request goes on from there
     * @since 0.1
     */
    void delete();

    /**
     * Hands over the ids of all decisions of the subject that were ever forgotten.
     *
     * @param reader called with some at a time
     * @since 0.1
     */
    void decisions(Consumer<List<UUID>> reader);

    /**
     * Writes the receipt.
     *
     * @param recent as in the receipt
     * @param waiting as in the receipt
     * @return the receipt
     * @since 0.1
     */
    ErasureReceipt end(long recent, long waiting);
  }
}

package dev.mlinfra.spi;

import dev.mlinfra.error.ClosedException;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a module makes of its driver, made when it is first asked for: a driver takes long to load,
 * and the host that starts must not wait for it. Made once, whichever threads ask first; ended only
 * if it was made. Thread-safe.
 *
 * @param <T> what is made
 * @since 0.1
 */
public final class OnFirstUse<T> implements AutoCloseable {
  private final Object lock = new Object();
  private final Supplier<T> maker;
  private final Consumer<T> ender;
  private volatile @Nullable T made;
  private boolean closed;

  /**
   * Makes nothing yet.
   *
   * @param maker makes it without I/O; asked again if it throws
   * @param ender frees what it holds; a lambda, since a method reference would load the class of T
   * @since 0.1
   */
  public OnFirstUse(Supplier<T> maker, Consumer<T> ender) {
    this.maker = Objects.requireNonNull(maker, "maker");
    this.ender = Objects.requireNonNull(ender, "ender");
  }

  /**
   * Returns the one that all threads share. The first call makes it, and others wait meanwhile.
   *
   * @param subject what it is needed for, for the message
   * @return always the same
   * @throws ClosedException after {@link #close()}
   * @since 0.1
   */
  public T get(String subject) {
    T known = made;
    return known == null ? make(subject) : known;
  }

  private T make(String subject) {
    synchronized (lock) {
      if (closed) {
        throw new ClosedException(subject + " came after close(); connect again");
      }
      T known = made;
      if (known == null) {
        known = maker.get();
        made = known;
      }
      return known;
    }
  }

  /**
   * Ends what was made; from now on nothing is.
   *
   * @since 0.1
   */
  @Override
  public void close() {
    T ending;
    synchronized (lock) {
      closed = true;
      ending = made;
      made = null;
    }
    if (ending != null) {
      ender.accept(ending);
    }
  }
}

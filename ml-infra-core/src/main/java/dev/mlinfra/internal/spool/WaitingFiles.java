package dev.mlinfra.internal.spool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which files wait, for each kind in the order of their writing. Thread-safe. */
public final class WaitingFiles {
  private static final long MAX_BYTES_TOGETHER = 8 << 20;

  private static final TreeMap<SpoolName, Long> NONE = new TreeMap<>();

  private final Object lock = new Object();
  private final Map<String, TreeMap<SpoolName, Long>> kinds = new HashMap<>();
  private int files;
  private long rows;
  private long bytes;
  private long lastSerial;
  private long foundSerial;

  WaitingFiles() {}

  /**
   * The file that was written first, and with it later ones of its kind that can be stored at once.
   *
   * @param maxRows of all of them, unless the first one has more; their bytes are bounded likewise,
   *     since all are read into memory
   * @return empty when none waits
   */
  public List<SpoolName> oldest(int maxRows) {
    synchronized (lock) {
      List<SpoolName> together = new ArrayList<>();
      boolean ignored = gather(first(null), maxRows, together);
      return together;
    }
  }

  /**
   * What {@link #oldest} will say once it has nothing up to a file of one kind any more; empty when
   * more files may still join them.
   */
  List<SpoolName> oldestBehind(SpoolName last, int maxRows) {
    synchronized (lock) {
      List<SpoolName> together = new ArrayList<>();
      return gather(first(last), maxRows, together) ? together : List.of();
    }
  }

  /** All files that wait beside one. */
  List<SpoolName> others(SpoolName name) {
    synchronized (lock) {
      return kinds.values().stream()
          .flatMap(kind -> kind.keySet().stream())
          .filter(other -> !other.equals(name))
          .toList();
    }
  }

  /** Whether a file was written by this process and not found when it came. */
  public boolean isOwn(SpoolName name) {
    synchronized (lock) {
      return own(name);
    }
  }

  /** The number that the next file will have. */
  public long nextSerial() {
    synchronized (lock) {
      return lastSerial + 1;
    }
  }

  /** The number of the last file that this process wrote, 0 when there is none. */
  public long newestOwn() {
    synchronized (lock) {
      return lastSerial == foundSerial ? 0 : lastSerial;
    }
  }

  /** Whether no file waits that this process wrote and that has at most that number. */
  public boolean passed(long serial) {
    synchronized (lock) {
      SpoolName firstOwn = SpoolName.before(foundSerial + 1);
      for (TreeMap<SpoolName, Long> kind : kinds.values()) {
        SpoolName own = kind.ceilingKey(firstOwn);
        if (own != null && own.serial() <= serial) {
          return false;
        }
      }
      return true;
    }
  }

  /** How many files wait. */
  public int files() {
    synchronized (lock) {
      return files;
    }
  }

  /** How many rows wait. */
  public long rows() {
    synchronized (lock) {
      return rows;
    }
  }

  /** How many bytes some files have. */
  long bytes(List<SpoolName> names) {
    synchronized (lock) {
      long sum = 0;
      for (SpoolName name : names) {
        sum += kinds.getOrDefault(name.kind(), NONE).getOrDefault(name, 0L);
      }
      return sum;
    }
  }

  /** How many bytes all files have, those that do not wait included. */
  public long bytes() {
    synchronized (lock) {
      return bytes;
    }
  }

  /** Adds a file that was there at the start. */
  void found(SpoolName name, long size) {
    synchronized (lock) {
      put(name, size);
      foundSerial = lastSerial;
    }
  }

  /** Adds a file that was written just now; {@code before} runs before anybody can see it. */
  void written(SpoolName name, long size, Runnable before) {
    synchronized (lock) {
      before.run();
      put(name, size);
    }
  }

  /** Takes a file out and returns its bytes, which stay counted. */
  public long forget(SpoolName name) {
    synchronized (lock) {
      TreeMap<SpoolName, Long> kind = kinds.get(name.kind());
      Long size = kind == null ? null : kind.remove(name);
      if (size == null) {
        return 0;
      }
      files--;
      rows -= name.rows();
      return size;
    }
  }

  /** Counts more bytes, or fewer. */
  void addBytes(long more) {
    synchronized (lock) {
      bytes += more;
    }
  }

  private void put(SpoolName name, long size) {
    kinds.computeIfAbsent(name.kind(), kind -> new TreeMap<>()).put(name, size);
    files++;
    rows += name.rows();
    bytes += size;
    lastSerial = Math.max(lastSerial, name.serial());
  }

  private boolean own(SpoolName name) {
    return name.serial() > foundSerial;
  }

  /** The files of the kind whose first one is the oldest, from that on. */
  private NavigableMap<SpoolName, Long> first(@Nullable SpoolName behind) {
    NavigableMap<SpoolName, Long> first = new TreeMap<>();
    for (Map.Entry<String, TreeMap<SpoolName, Long>> kind : kinds.entrySet()) {
      NavigableMap<SpoolName, Long> left =
          behind != null && kind.getKey().equals(behind.kind())
              ? kind.getValue().tailMap(behind, false)
              : kind.getValue();
      if (!left.isEmpty() && (first.isEmpty() || left.firstKey().compareTo(first.firstKey()) < 0)) {
        first = left;
      }
    }
    return first;
  }

  /** Returns whether there is a file that may not be with them. */
  private boolean gather(
      NavigableMap<SpoolName, Long> from, int maxRows, List<SpoolName> together) {
    long sumRows = 0;
    long sumBytes = 0;
    for (Map.Entry<SpoolName, Long> file : from.entrySet()) {
      SpoolName name = file.getKey();
      sumRows += name.rows();
      sumBytes += file.getValue();
      if (!together.isEmpty()
          && (sumRows > maxRows
              || sumBytes > MAX_BYTES_TOGETHER
              || !together.get(0).isLike(name)
              || own(together.get(0)) != own(name))) {
        return true;
      }
      together.add(name);
    }
    return false;
  }
}

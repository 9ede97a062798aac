# Says who has a port, and which one is next. Source it after settings.sh.

# What containers publish: lines of port, container and Compose project.
published=

# By docker ps, which answers for a container that hangs too, as docker inspect does not. It writes ranges as 1-2->.
read_published() {
  published=$(timeout 20 docker ps --format '{{.Names}} {{.Label "com.docker.compose.project"}},{{.Ports}}' 2>/dev/null |
    awk -F ', *' '{
      for (i = 2; i <= NF; i++) if (match($i, /:[0-9]+(-[0-9]+)?->.*\/tcp/)) {
        split(substr($i, RSTART + 1), part, "->"); n = split(part[1], range, "-")
        for (port = range[1]; port <= range[n]; port++) print port, $1
      }
    }') || published=
}

# The inodes of the sockets that listen on a port.
listening_inodes() {
  local files=() file
  for file in /proc/net/tcp /proc/net/tcp6; do [ ! -r "$file" ] || files+=("$file"); done
  [ ${#files[@]} -gt 0 ] || return 0
  awk -v port="$(printf '%04X' "$1")" '$4 == "0A" && $2 ~ ":" port "$" { print $10 }' "${files[@]}" | sort -u
}

# The process that listens on a port, or nothing.
process_on() {
  local inode pid found=""
  if [ ! -r /proc/net/tcp ]; then
    ! command -v lsof >/dev/null 2>&1 ||
      lsof -nP -iTCP:"$1" -sTCP:LISTEN 2>/dev/null | awk 'NR == 2 { print $1 " (pid " $2 ")" }'
    return 0
  fi
  for inode in $(listening_inodes "$1"); do
    pid=$(find /proc/[0-9]*/fd -maxdepth 1 -lname "socket:\[$inode\]" 2>/dev/null | sed -n '1s|^/proc/\([0-9]*\)/.*|\1|p')
    [ -n "$pid" ] || continue
    found="$(cat "/proc/$pid/comm" 2>/dev/null) (pid $pid)"
  done
  [ -n "$found" ] || [ -z "$(listening_inodes "$1")" ] || found="a process of another user"
  [ -z "$found" ] || echo "$found"
}

# Prints `ours`, who else has the port, or nothing when it is free.
holder_of() {
  local line project name
  line=$(awk -v port="$1" '$1 == port { print $2, $3; exit }' <<<"$published")
  if [ -n "$line" ]; then
    name=${line%% *}
    project=${line##* }
    if [ "$project" = "$STACK_NAME" ]; then echo ours; else echo "container $name"; fi
    return 0
  fi
  process_on "$1"
}

# The first free port after PORT that is not among the CHOSEN: next_port PORT CHOSEN
next_port() {
  local port=$1
  while port=$((port + 1)); do
    [ "$port" -le 65535 ] || die "found no free port above $1; free one, or set another"
    case " $2 " in *" $port "*) continue ;; esac
    [ -n "$(holder_of "$port")" ] || break
  done
  echo "$port"
}

# The port that `up` chose before, where it still serves, else the next free one: other_port NAME CHOSEN
other_port() {
  local kept=""
  [ ! -f "$(settings_file)" ] || kept=$(sed -n "s/^$1=//p" "$(settings_file)")
  case " $2 " in *" $kept "*) kept= ;; esac
  case "${kept:+$(holder_of "$kept")}" in
    "" | ours) [ -z "$kept" ] || { echo "$kept"; return 0; } ;;
  esac
  next_port "${!1}" "$2 $(wanted_ports)"
}

# The names of the ports that this stack publishes.
stack_ports() {
  if [ "$STACK_PARTS" = features ]; then echo "$FEATURE_PORTS"; else port_names; fi
}

wanted_ports() {
  local name
  for name in $(stack_ports); do echo "${!name}"; done | paste -sd' ' -
}

# Replaces each port that something else has, says so, and remembers it in the variable.
choose_ports() {
  local name holder chosen="" port
  read_published
  for name in $(stack_ports); do
    port=${!name}
    holder=$(holder_of "$port")
    case " $chosen " in *" $port "*) holder="another part of this stack" ;; esac
    if [ -n "$holder" ] && [ "$holder" != ours ]; then
      printf -v "$name" '%s' "$(other_port "$name" "$chosen")"
      echo "port $port ($name) is taken by $holder; using ${!name}"
    fi
    chosen="$chosen ${!name}"
  done
}

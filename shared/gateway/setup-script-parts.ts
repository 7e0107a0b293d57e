/** Which shell functions report, put files and install packages? Tunnels have their own, in tunnel-script-parts.ts. */

import { path } from './paths.js';

const resultBegin =
  String.raw`
CHANGED=()
TUNNELS='{}'
PROBE=0
finish() {
  trap - EXIT
  local ok=$1 reason=$2 mend=$3 changed
  changed=$(printf '"%s",' "$` +
  String.raw`{CHANGED[@]:0:30}")
  [ "$` +
  String.raw`{#CHANGED[@]}" -eq 0 ] && changed=
  printf 'TUNNELKEEPER RESULT {"ok":%s,"config":"%s","changed":[%s],"tunnels":%s,"probe":%s' \
    "$ok" "$CONFIG" "$` +
  String.raw`{changed%,}" "$TUNNELS" "$PROBE"
  [ -n "$reason" ] && printf ',"reason":"%s","mend":"%s"' "$reason" "$mend"
`;

const resultEnd = String.raw`  printf '}\n'
  [ "$ok" = true ] && exit 0
  exit 1
}
fail() { finish false "$1" "$2"; }
trap 'fail unexpected "It is run again by itself; look at the lines above if it goes on."' EXIT
`;

/** How the script ends: one result line in every case, also when it dies. */
export const resultFunctions = resultBegin + resultEnd;

/** The same with what was asked for and isn't there, although the gateway serves: `WARNING`. */
export const warningResultFunctions = `${resultBegin}  [ -n "$WARNING" ] && printf ',"warning":"%s"' "$WARNING"
${resultEnd}WARNING=
`;

/**
 * How scripts and the agent keep out of each other's way: a script holds the lock for its whole run, and the agent
 * mends nothing meanwhile. It goes with the process, however that ends. A mend of the agent's is waited for; with
 * commands that hang it takes some 40 s.
 */
export const lockFunction = `
hold_lock() {
  exec 9>>${path.remedyLock}
  flock -w 45 9 || true
}
`;

/** The rule that drops, set whatever somebody has done to it; without it nothing goes on. */
export const failClosedAgain = `if ! { systemctl start tunnelkeeper-fail-closed.service && ${path.failClosed}; }; then
  fail unexpected "The rule that drops traffic without a tunnel can't be set; read the journal of tunnelkeeper-fail-closed."
fi`;

/**
 * How a file lands: compared, and moved into its place only when it differs and is whole. What changed is also written
 * down until what reads it was restarted, so that a run which ended in between doesn't leave a service with its former
 * file. The agent's modules are one name: the result line has room for some thirty.
 */
export const fileFunctions =
  String.raw`
PENDING=/etc/tunnelkeeper/pending
LEFT_OVER=
place() {
  local path=$1 mode=$2 new=$3 name="$` +
  String.raw`{1##*/}"
  case "$path" in ` +
  path.agent +
  String.raw`/*) name=agent ;; esac
  if ! cmp -s "$new" "$path" || [ "0$(stat -c %a "$path")" != "$mode" ]; then
    mkdir -p "$` +
  String.raw`{PENDING%/*}"
    if ! { printf '%s ' "$name" >>"$PENDING" && chmod "$mode" "$new" && mv -f "$new" "$path"; }; then
      not_written "$new"
    fi
    case " $` +
  String.raw`{CHANGED[*]-} " in *" $name "*) ;; *) CHANGED+=("$name") ;; esac
  else
    rm -f "$new"
  fi
}
put_file() {
  local path=$1 mode=$2
  mkdir -p "$` +
  String.raw`{path%/*}"
  umask 077
  cat >"$path.tk-new" || not_written "$path.tk-new"
  umask 022
  place "$path" "$mode" "$path.tk-new"
}
not_written() {
  rm -f "$1"
  fail unexpected "A file can't be written: make room on the machine's disk, or replace the machine."
}
put_secrets() {
  local path=$1 line isWhole=yes
  mkdir -p "$` +
  String.raw`{path%/*}"
  umask 077
  while IFS= read -r line; do
    line=$` +
  String.raw`{line//@TK_PSK_PRIMARY@/$` +
  String.raw`{TK_PSK_PRIMARY:-}}
    line=$` +
  String.raw`{line//@TK_PSK_SECONDARY@/$` +
  String.raw`{TK_PSK_SECONDARY:-}}
    printf '%s\n' "$line" || isWhole=no
  done >"$path.tk-new" || isWhole=no
  umask 022
  [ "$isWhole" = yes ] || not_written "$path.tk-new"
  place "$path" 0600 "$path.tk-new"
}
has_changed() {
  local name
  for name in "$@"; do
    case " $` +
  String.raw`{CHANGED[*]-} $LEFT_OVER " in *" $name "*) return 0 ;; esac
  done
  return 1
}
`;

/**
 * How packages come: after cloud-init, and under a lock that is waited for. An installation that was cut off, by a
 * restart of the machine for one, is brought to its end first: apt refuses everything before that. `MISSING` are those
 * that aren't installed.
 */
export const packageFunctions =
  String.raw`
MISSING=()
look_for_packages() {
  local name
  MISSING=()
  for name in "$@"; do
    dpkg-query -W -f '$` +
  String.raw`{Status}' "$name" 2>/dev/null | grep -q 'ok installed' || MISSING+=("$name")
  done
  [ "$` +
  String.raw`{#MISSING[@]}" -eq 0 ]
}
has_packages() {
  look_for_packages "$@" && return 0
  export DEBIAN_FRONTEND=noninteractive
  timeout 300 dpkg --force-confdef --force-confold --configure -a >/dev/null 2>&1
  look_for_packages "$@"
}
install_packages() {
  command -v cloud-init >/dev/null && timeout 300 cloud-init status --wait >/dev/null 2>&1
  has_packages "$@" && return 0
  local out
  if ! out=$(apt-get -o DPkg::Lock::Timeout=300 update 2>&1 &&
    apt-get -o DPkg::Lock::Timeout=300 -y --no-install-recommends install "$` +
  String.raw`{MISSING[@]}" 2>&1); then
    printf '%s\n' "$out" | tail -n 3
    case "$out" in
      *"Could not get lock"*) fail package-lock-held "Another process holds the package lock; it is tried again by itself." ;;
    esac
    fail packages-not-installed "Let the subnet reach a Debian mirror, or use an image that has the packages."
  fi
}
`;

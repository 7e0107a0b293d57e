/** How does pluto find an edge by its name when DNS is dead? By the addresses that it had last. */
import type { GatewayConfig } from './gateway-config.js';
import { path } from './paths.js';

/** Longest time of one look-up, in seconds: two tries of one second each, and some for the rest. */
const lookUpSeconds = 3;

const isAddress = /^[0-9.]+$/;

/** The same of a line's first word, for awk. */
const firstIsAddress = '$1 ~ /^[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+$/';

/**
 * Renders the script that `ipsec.service` runs before pluto, and a timer every five minutes. Without names there is
 * nothing to look up, and a block that a former configuration left goes.
 *
 * The block goes first and comes back only when DNS doesn't answer: systemd-resolved answers from /etc/hosts too, so a
 * look-up beside it would find what stands there. An address that DNS tells always wins, since an edge may move.
 */
export function renderEdgeNames({ tunnels }: GatewayConfig): string {
  const names = [...new Set(tunnels.map(({ edge }) => edge).filter((edge) => !isAddress.test(edge)))];
  return `#!/bin/bash
# Keeps the service edges' names known while DNS doesn't answer; it never fails, since pluto starts after it.
set -uo pipefail
umask 022
NAMES=(${names.map((name) => `'${name}'`).join(' ')})
KNOWN=${path.edgesKnown}
HOSTS=/etc/hosts
BEGIN='# tunnelkeeper: last known addresses, while DNS does not answer'
END='# tunnelkeeper: end'
exec 9>>/run/tunnelkeeper-edge-names.lock
flock -w 2 9 || exit 0
look_up() {
  RES_OPTIONS='timeout:1 attempts:2' timeout ${lookUpSeconds} getent -s hosts:dns ahostsv4 "$1" 2>/dev/null |
    awk '$2 == "STREAM" && ${firstIsAddress} && n++ < 4 { print $1 }'
}
put() { # <file>: replaces it in one step by what comes in, unless it is the same; a full disk leaves it as it is
  local new="$1.tk-new"
  if cat >"$new" && ! cmp -s "$new" "$1"; then
    chmod 644 "$new" && mv -f "$new" "$1"
  else
    rm -f "$new"
  fi
}
others() { awk -v begin="$BEGIN" -v end="$END" '$0 == begin { inside = 1 } !inside { print } $0 == end { inside = 0 }' "$HOSTS"; }
if grep -qxF "$BEGIN" "$HOSTS"; then others | put "$HOSTS"; fi
mkdir -p "\${KNOWN%/*}" 2>/dev/null
BLOCK=()
FRESH=()
for name in "\${NAMES[@]}"; do
  found=$(look_up "$name")
  if [ -z "$found" ]; then
    found=$(awk -v name="$name" '$2 == name && ${firstIsAddress} { print $1 }' "$KNOWN" 2>/dev/null)
    for address in $found; do BLOCK+=("$address $name"); done
    if [ -n "$found" ]; then
      echo "DNS doesn't answer for $name: its last known address stands in $HOSTS."
    else
      echo "DNS doesn't answer for $name, and no address of it is known: pluto looks it up again itself."
    fi
  fi
  for address in $found; do FRESH+=("$address $name"); done
done
if [ "\${#FRESH[@]}" -gt 0 ]; then printf '%s\\n' "\${FRESH[@]}" | put "$KNOWN"; fi
if [ "\${#BLOCK[@]}" -gt 0 ]; then
  { others && printf '%s\\n' "$BEGIN" "\${BLOCK[@]}" "$END"; } | put "$HOSTS"
fi
exit 0
`;
}

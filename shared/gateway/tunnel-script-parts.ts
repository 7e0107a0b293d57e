/** Which shell functions bring tunnels up and tell how they are? Setup and remedy share them. */
import { tunnelDevice } from './tunnel-device.js';
import { explainFunction, troubleFunction } from './tunnel-trouble.js';

/**
 * Every question to pluto has a limit, since one that hangs would hold up the script for ever.
 *
 * `ike_number` is that of the IKE SA which carries the tunnel: another number than before means that the far side was
 * asked for proof in between, or, once in 24 h, that the SA was rekeyed, which asks nobody (docs/gateway.md, Two more
 * scripts).
 */
export const tunnelFunctions = String.raw`
${troubleFunction.trim()}
${explainFunction.trim()}
is_up() { timeout 5 ipsec trafficstatus 2>/dev/null | grep "\"$1\".*type=ESP" >/dev/null; }
bring_up() {
  local conn=$1 out wait
  is_up "$conn" && return 0
  out=$(timeout 45 ipsec auto --up "$conn" 2>&1) || true
  for wait in 1 2 3 4 5; do
    is_up "$conn" && return 0
    sleep "$wait"
  done
  is_up "$conn" && return 0
  printf '%s' "$out" | tail -n 8
  return 1
}
ike_number() {
  local line
  line=$(timeout 5 ipsec whack --status 2>/dev/null | grep "\"$1\".*ESTABLISHED_CHILD_SA.*eroute owner; IKE SA #" | tail -n 1)
  line=@{line##*"IKE SA #"}
  printf '%s' "@{line%%;*}"
}
RESULTS=()
REFUSAL=
UP=0
try_tunnel() {
  local role=$1 before=$2 began=$SECONDS state=up is_new=false number said
  if said=$(bring_up "$role"); then
    UP=$((UP + 1))
    number=$(ike_number "$role")
    if [ -n "$number" ] && [ "$number" != "$before" ]; then is_new=true; fi
  else
    printf '%s\n' "$said"
    state=down
    [ -n "$REFUSAL" ] || REFUSAL=$said
  fi
  RESULTS+=("\"$role\":{\"state\":\"$state\",\"seconds\":$((SECONDS - began)),\"isNew\":$is_new}")
  TUNNELS="{$(IFS=,; echo "@{RESULTS[*]}")}"
}
wait_for_pluto() {
  local until=$((SECONDS + $1))
  while ! timeout 3 ipsec status >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$until" ] || return 1
    sleep 0.5
  done
}
end_by_probe() {
  local _
  [ "$UP" -gt 0 ] || explain "$REFUSAL"
  for _ in $(seq 1 "$2"); do
    PROBE=$(curl -s -o /dev/null -m 2 -w '%{http_code}' "http://127.0.0.1:$1/" || true)
    PROBE=$((10#@{PROBE:-0}))
    [ "$PROBE" = 200 ] && break
    sleep 1
  done
  [ "$PROBE" = 200 ] || fail proxy-silent "The tunnel is up; check at Zscaler that a location uses this credential, and the proxy's address and port."
  finish true '' ''
}
`.replaceAll('@{', '${');

/**
 * Shell: `take_down <role>`; `--up` alone would make another child under the IKE SA that stands, and prove nothing. Fails
 * where pluto doesn't answer; a connection that was down already says so by its exit code, too.
 */
export const takeDownFunction = `
take_down() {
  timeout 10 ipsec auto --down "$1" >/dev/null 2>&1
  [ "$?" -ne 124 ]
}
`;

/**
 * Shell: `drop_tunnels` ends pluto and takes both devices away, whichever this configuration has: one keeps the
 * addresses that it was made with, and `_updown` makes it anew. Never by `systemctl stop`, after which a script that is
 * ended here would leave a gateway without pluto for good: an end of its own has systemd start it again 2 s later. A
 * pluto that doesn't end is killed.
 */
export const dropTunnelsFunction = `
drop_tunnels() {
  local _
  timeout 5 ipsec whack --shutdown >/dev/null 2>&1 || systemctl kill -s KILL ipsec.service 2>/dev/null
  for _ in $(seq 1 10); do
    systemctl is-active -q ipsec.service || break
    sleep 0.5
  done
  ! systemctl is-active -q ipsec.service || systemctl kill -s KILL ipsec.service
  ip link del ${tunnelDevice('primary').device} 2>/dev/null
  ip link del ${tunnelDevice('secondary').device} 2>/dev/null
}
`;

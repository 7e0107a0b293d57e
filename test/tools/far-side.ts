/** Who stands for Zscaler in the sandbox? A second pluto in a namespace of its own, which takes any identity. */

/**
 * Shell lines. The gateway is the sandbox's own namespace; both edges of the cases lead to the far side, also the one
 * that is named. This machine's kernel may lack ESP, so it is the authentication of the IKE SA that is looked at.
 */
export const farSide = `
grep -q 'fra4-vpn' /etc/hosts || echo '198.51.101.10 fra4-vpn.example.net' >>/etc/hosts
ip netns add far
ip link add eth0 type veth peer name near netns far
ip addr add 10.0.0.4/24 dev eth0
ip link set eth0 up
ip -n far link set lo up
ip -n far addr add 10.0.0.1/24 dev near
ip -n far link set near up
for edge in 198.51.101.10 198.51.102.10; do ip -n far addr add "$edge/32" dev lo; done
ip route add default via 10.0.0.1
mkdir -p "$SANDBOX/own/far/nss" "$SANDBOX/own/far/run" "$SANDBOX/own/nss" /run/pluto

within_ten_seconds() { # until a command succeeds
  local _
  for _ in $(seq 200); do
    "$@" && return 0
    sleep 0.05
  done
  return 1
}

pluto() { # <folder> <configuration> <arguments...>; what the configuration says about nssdir is overruled after it
  local own=$1 config=$2
  shift 2
  ipsec initnss --nssdir "$own/nss" >/dev/null 2>&1
  exec /usr/libexec/ipsec/pluto --config "$config" --nofork --stderrlog --no-dnssec --nssdir "$own/nss" "$@" >"$own/log" 2>&1
}

start_far_side() { # <PSK>
  local own="$SANDBOX/own/far" edge
  {
    printf 'config setup\\n  nssdir=%s/nss\\n' "$own"
    for edge in 198.51.101.10 198.51.102.10; do
      printf 'conn edge-%s\\n' "$edge"
      printf '  %s\\n' ikev2=insist authby=secret "left=$edge" leftsubnet=0.0.0.0/0 right=%any rightid=%any \\
        rightsubnet=0.0.0.0/0 'ike=aes256-sha2_256;dh14' esp=null-md5 esn=no pfs=no narrowing=yes auto=add
    done
  } >"$own/ipsec.conf"
  printf ': PSK "%s"\\n' "$1" >"$own/ipsec.secrets"
  (pluto_in_far "$own") &
  within_ten_seconds grep -q 'loading secrets' "$own/log" 2>/dev/null
}

pluto_in_far() {
  exec ip netns exec far bash --norc -c "$(declare -f pluto); pluto '$1' '$1/ipsec.conf' --rundir '$1/run' --secretsfile '$1/ipsec.secrets'"
}

start_gateway() {
  (pluto "$SANDBOX/own" /etc/ipsec.conf) &
  within_ten_seconds grep -q 'loading secrets' "$SANDBOX/own/log" 2>/dev/null
}

said() { # <words> <times>: waits until the gateway's log holds them so often, then prints what it says about the tunnels
  enough() { [ "$(grep -c "$1" "$SANDBOX/own/log")" -ge "$2" ]; }
  within_ten_seconds enough "$@" || true
  grep -E '"(primary|secondary)"' "$SANDBOX/own/log"
}
`;

# Has pluto take the credentials that stand in /host/credentials, one a line: <number> <identity> <psk>.
# A PSK that has changed is asked for when the next SA begins. A connection of its own for each identity, with a device of its own, so that two gateways with policies of 0.0.0.0/0 stay apart.
ours=$(ip -4 -o addr show dev eth0 | awk '{ sub("/.*", "", $4); print $4; exit }')
umask 077
: >/etc/ipsec.d/edge.secrets
while read -r number identity psk; do
  echo "$ours $identity : PSK \"$psk\"" >>/etc/ipsec.d/edge.secrets
  cat >"/run/edge.conf" <<CONN
conn gateway$number
    ikev2=insist
    authby=secret
    left=$ours
    right=%any
    rightid=$identity
    leftsubnet=0.0.0.0/0
    rightsubnet=0.0.0.0/0
    narrowing=yes
    ike=$IKE
    esp=$ESP
    auto=add
    dpdaction=clear
    dpddelay=10
    retransmit-timeout=30s
    mark=$number/0xffffffff
    vti-interface=vti$number
    vti-routing=no
    leftupdown=/usr/local/sbin/edge-updown
    rekey=no
    esn=no
    pfs=no
CONN
  mark=$((number * 256))
  if ! ip rule show | grep -q "fwmark $(printf '0x%x' $mark) "; then
    ip rule add fwmark "$mark" lookup "$((1000 + number))"
    iptables -w -t mangle -A PREROUTING -i "vti$number" -j CONNMARK --set-mark "$mark"
  fi
  # Loading a connection anew drops its SAs.
  if ! cmp -s /run/edge.conf "/etc/ipsec.d/edge$number.conf"; then
    mv /run/edge.conf "/etc/ipsec.d/edge$number.conf"
    ipsec auto --replace "gateway$number" >/dev/null 2>&1
  fi
done </host/credentials
ipsec auto --rereadsecrets >/dev/null 2>&1
for conf in /etc/ipsec.d/edge*.conf; do
  number=${conf##*edge} number=${number%.conf}
  if ! grep -q "^$number " /host/credentials; then
    ipsec auto --delete "gateway$number" >/dev/null 2>&1
    rm -f "$conf"
  fi
done
rm -f /host/credentials
true

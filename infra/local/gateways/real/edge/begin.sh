# Makes a guest a service edge: NAME, PROXY. Tunnels come with the credentials.
sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
ip link add proxy type dummy
ip addr add "$PROXY/32" dev proxy
ip link set proxy up
# An answer leaves by the tunnel that the request came in by.
iptables -w -t mangle -A OUTPUT -s "$PROXY" -j CONNMARK --restore-mark
sysctl -qw net.netfilter.nf_conntrack_max=65536
systemd-run -q --unit=proxy -p TasksMax=infinity -p Restart=always python3 /host/proxy.py "$NAME" "$PROXY" 9400 80 443 10101
install -m 0755 /host/updown /usr/local/sbin/edge-updown
systemctl start ipsec

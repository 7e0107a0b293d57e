/** Which network stands around a gateway in the sandbox? A client, the internet, and two edges behind devices. */

/**
 * Shell lines: the gateway is the sandbox's own namespace, with eth0 and a default route as in Azure. Outside are the
 * client and whatever leaves in the clear, which is counted. `vti0` and `vti1` are veth pairs to `edge0` and `edge1`,
 * since what matters here is which device a packet takes, not ESP.
 */
export const smallNetwork = `
ip netns add outside
ip link add eth0 type veth peer name far netns outside
ip addr add 10.0.0.4/24 dev eth0
ip link set eth0 up
ip -n outside link set lo up
ip -n outside addr add 10.0.0.1/24 dev far
ip -n outside addr add 10.0.0.50/24 dev far
ip -n outside addr add 168.63.129.16/32 dev far
ip -n outside link set far up
ip route add default via 10.0.0.1
ip route add 168.63.129.16/32 dev eth0
ip netns exec outside iptables -t mangle -A PREROUTING -i far -d 185.46.212.88

leaked() { # packets to the proxy that came out of eth0
  ip netns exec outside iptables -t mangle -n -v -x -L PREROUTING | awk '$NF == "185.46.212.88" { print $1 }'
}

cat >"$SANDBOX/own/answer.py" <<'PYTHON'
import socketserver, sys
class Answer(socketserver.BaseRequestHandler):
    def handle(self):
        while self.request.recv(1024):
            body = sys.argv[1] + "\\n"
            self.request.sendall(("HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(body), body)).encode())
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
server = Server(("185.46.212.88", int(sys.argv[2])), Answer)
open(sys.argv[3], "w").close()
server.serve_forever()
PYTHON

add_edge() { # <number>: device vti<number>, and a proxy behind it that answers with its edge's name
  ip netns add "edge$1"
  ip link add "vti$1" type veth peer name near netns "edge$1"
  ip link set "vti$1" up
  sysctl -q -w "net.ipv4.conf.vti$1.proxy_arp=1"
  ip -n "edge$1" link set lo up
  ip -n "edge$1" link set near up
  ip -n "edge$1" addr add 185.46.212.88/32 dev lo
  ip -n "edge$1" route add default dev near src 185.46.212.88
  ip netns exec "edge$1" python3 "$SANDBOX/own/answer.py" "edge$1" 9400 "$SANDBOX/own/ready$1" &
  EDGES+=("$!")
  until [ -e "$SANDBOX/own/ready$1" ]; do sleep 0.05; done
}
EDGES=()

ask() { # [source]: what a client gets from the gateway's proxy port
  ip netns exec outside curl -s -m 1 --interface "\${1:-10.0.0.50}" http://10.0.0.4:9400/ || echo "none($?)"
}

without_waiting() { # runs a command for which no time passes
  mkdir -p "$SANDBOX/own/bin"
  printf '#!/bin/sh\\n' >"$SANDBOX/own/bin/sleep"
  chmod 755 "$SANDBOX/own/bin/sleep"
  PATH="$SANDBOX/own/bin:$PATH" "$@"
}
`;

/** Which kernel settings does a gateway need? */
import type { GatewayConfig } from './gateway-config.js';

/**
 * Renders the file that the fail-closed script applies once its rule stands; `ip_forward` is in it, so a machine
 * without the rule forwards nothing. Interfaces are written out, since `sysctl -p` fails on the original's globs;
 * those of the NIC are set by the forwarding script, which knows its name. The size of the connection table depends
 * on the machine's memory, see `connectionTable`.
 *
 * The probe's port, and pluto's, are kept from outgoing connections, one of which would hold up a start of the agent.
 *
 * Established connections are kept a minute longer than the balancer keeps them, so that it is the balancer that
 * resets an idle one, and not the gateway that forgets it in silence.
 */
export function renderSysctl({ idleTimeoutMinutes, probePort }: GatewayConfig): string {
  return `# Written by Tunnelkeeper; changes are overwritten.
net.ipv4.conf.all.rp_filter=0
net.ipv4.conf.default.rp_filter=0
net.ipv4.conf.all.accept_redirects=0
net.ipv4.conf.default.accept_redirects=0
net.ipv4.conf.all.send_redirects=0
net.ipv4.conf.default.send_redirects=0
net.ipv4.ip_local_port_range=2048 65535
net.ipv4.ip_local_reserved_ports=4500,${probePort}
net.netfilter.nf_conntrack_tcp_timeout_established=${(idleTimeoutMinutes + 1) * 60}
net.ipv4.ip_forward=1
`;
}

/**
 * Shell lines that size the connection table: an entry takes about 320 bytes, so 32 entries a MiB of memory use 1 %;
 * 262,144 at the least, since a full table drops new connections without a word.
 */
export const connectionTable = `size=$(awk '/^MemTotal:/ { n = int($2 / 32); print (n < 262144) ? 262144 : n }' /proc/meminfo)
sysctl -q -w "net.netfilter.nf_conntrack_max=$size" || true`;

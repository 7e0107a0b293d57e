/** What does the kernel tell in /proc? Its table of connections, once the module is loaded. */
import type { Machine } from './machine.js';

/** Entries that are no client's: the machine's own checks and the probe's. An estimate. */
const otherEntries = 12;

/** A file's text; `undefined` where the kernel has none of that name. */
export function procFile({ network, connections, hardware }: Machine, path: string): string | undefined {
  if (!network.tracksConnections) return undefined;
  const { all } = connections;
  if (path === '/proc/sys/net/netfilter/nf_conntrack_count') return `${all.length + otherEntries}\n`;
  if (path !== '/proc/net/nf_conntrack') return undefined;
  return all
    .map(({ clientIp, port, destination }, index) => {
      const there = `src=${clientIp} dst=${hardware.privateIp} sport=${40_000 + index} dport=${port}`;
      const back = `src=${destination} dst=${hardware.privateIp} sport=${port} dport=${40_000 + index}`;
      return `ipv4     2 tcp      6 431999 ESTABLISHED ${there} ${back} [ASSURED] mark=16 zone=0 use=2\n`;
    })
    .join('');
}

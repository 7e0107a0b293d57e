/** What is between the guests? Two namespaces of the kernel: Azure's network with the internet behind it, and the clients. */
import type { ChildProcess } from 'node:child_process';
import { NetworkNamespace } from './network-namespace.js';
import { packetRules, type InboundRule } from './packet-rules.js';

/** Where a guest's package mirror answers (RFC 2544's range, which nobody routes). */
export const mirrorAddress = '198.18.0.1';
/** Where the platform answers, and probes come from (Azure's documentation). */
export const platformAddress = '168.63.129.16';
/** Where machines find the metadata service (Azure's documentation). */
export const metadataAddress = '169.254.169.254';

/** Where machines find the app that they report to. */
export const appAddress = '198.18.0.2';

/** Address of the proxy behind all edges, and of what must never be seen outside a tunnel. */
export const proxyAddress = '185.46.212.88';

/** Next hop of the clients. */
const clientsRouter = '169.254.1.1';

/** Addresses of a machine inside and outside the 1:1 NAT. */
export interface Addresses {
  readonly privateIp: string;
  readonly publicIp: string | undefined;
}

/** A machine's place in the network. */
export interface GatewayPort {
  /** Tap device, which stays for the machine's life. */
  readonly tap: string;
  readonly privateIp: string;
  /** What was added for it, in iptables' words. */
  readonly rules: readonly string[];
}

/** Azure's network. */
export class Fabric {
  private taps = 0;
  private names: ChildProcess | undefined;

  private constructor(
    readonly azure: NetworkNamespace,
    readonly clients: NetworkNamespace,
  ) {}

  /** Makes the namespaces; their names begin with `prefix`. */
  static async create(prefix: string, clientAddresses: readonly string[]): Promise<Fabric> {
    const azure = await NetworkNamespace.create(`${prefix}-az`);
    const clients = await NetworkNamespace.create(`${prefix}-cl`);
    await azure.script(`
sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
for address in ${platformAddress} ${metadataAddress} ${mirrorAddress} ${appAddress}; do ip addr add $address/32 dev lo; done
ip link add clients type veth peer name eth0 netns ${clients.name}
ip addr add ${clientsRouter}/32 dev clients
ip link set clients up
${clientAddresses.map((address) => `ip route add ${address}/32 dev clients`).join('\n')}
iptables -w -N OUTAGE
iptables -w -A FORWARD -j OUTAGE
iptables -w -A FORWARD ${fromInternet} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
iptables -w -A FORWARD ${fromInternet} -j DROP`);
    await clients.script(`
${clientAddresses.map((address) => `ip addr add ${address}/32 dev eth0`).join('\n')}
ip link set eth0 up
ip route add ${clientsRouter}/32 dev eth0
ip route add default via ${clientsRouter} dev eth0 src ${clientAddresses[0] ?? ''}`);
    return new Fabric(azure, clients);
  }

  /**
   * Plugs a machine in, as Azure does while its IP forwarding is off: its packets leave with its own address as their
   * source or not at all, and to the outside by 1:1 NAT.
   */
  async addGateway({ privateIp, publicIp }: Addresses): Promise<GatewayPort> {
    const tap = await this.addTap('g', privateIp);
    const rules = rulesOf({ privateIp, publicIp }, tap);
    await this.azure.script(rules.map((rule) => `iptables -w ${rule}\n`).join(''));
    return { tap, privateIp, rules };
  }

  /** Unplugs a machine that has no power any more. */
  async removeGateway({ tap, rules }: GatewayPort): Promise<void> {
    const undo = rules.map((rule) => `iptables -w ${rule.replace('-A ', '-D ')}\n`);
    await this.azure.script(`${undo.join('')}ip link del ${tap}`);
  }

  /** Plugs a machine of the internet in, without NAT; the name of its tap. */
  addEdge(address: string): Promise<string> {
    return this.addTap('e', address);
  }

  /** Has the platform's DNS know these names, and no other. */
  serveNames(hosts: readonly { readonly address: string; readonly hostNames?: readonly string[] }[]): void {
    const records = hosts.flatMap(({ address, hostNames = [] }) =>
      hostNames.map((name) => `--address=/${name}/${address}`),
    );
    const server = ['dnsmasq', '--keep-in-foreground', '--no-resolv', '--no-hosts', '--conf-file=/dev/null'];
    this.names = this.azure.start([
      ...server,
      ...[`--listen-address=${platformAddress}`, '--bind-interfaces', '--pid-file', '--user=root'],
      ...records,
    ]);
  }

  /** Has the platform's DNS answer nobody, or everybody again. */
  silenceNames(isSilent: boolean): void {
    this.names?.kill(isSilent ? 'SIGSTOP' : 'SIGCONT');
  }

  /** Packets to the proxy that a machine has sent outside ESP since it was plugged in. */
  async leaks({ tap }: GatewayPort): Promise<number> {
    const table = await this.azure.run(['iptables', '-w', '-t', 'raw', '-nvxL', 'PREROUTING']);
    const line = table.split('\n').find((text) => text.includes(` ${tap} `) && text.includes('/* leak */'));
    if (line === undefined) throw new Error(`Nothing counts what ${tap} leaks:\n${table}`);
    return Number(line.trim().split(/\s+/)[0]);
  }

  /** Drops what goes to an address of the internet or comes from it, at this rate; 0 ends that. */
  async lose(address: string, share: number): Promise<void> {
    const rules = ['-s', '-d'].map((side) =>
      share >= 1
        ? `-A OUTAGE ${side} ${address} -j DROP`
        : `-A OUTAGE ${side} ${address} -m statistic --mode random --probability ${share} -j DROP`,
    );
    const others = (await this.azure.run(['iptables', '-w', '-S', 'OUTAGE']))
      .split('\n')
      .filter((rule) => rule.startsWith('-A OUTAGE') && !rule.includes(` ${address}/32 `));
    const wanted = [...others, ...(share > 0 ? rules : [])];
    await this.azure.run(
      ['iptables-restore', '-w', '--noflush'],
      `*filter\n:OUTAGE - [0:0]\n${wanted.map((rule) => `${rule}\n`).join('')}COMMIT\n`,
    );
  }

  /** Whether what comes from the internet to a machine gets in, beside answers: by default it doesn't, as in Azure. */
  async openToInternet(isOpen: boolean): Promise<void> {
    await this.azure.script(`iptables -w ${isOpen ? '-D' : '-A'} FORWARD ${fromInternet} -j DROP`);
  }

  /** Lets in by a security group's rules alone what begins a flow; without rules again everything that has a way. */
  async secure({ tap }: GatewayPort, rules: readonly InboundRule[] | undefined): Promise<void> {
    const chain = `NSG-${tap}`;
    const hooks = ['FORWARD', 'OUTPUT'].map(
      (from) => `${from} -o ${tap} -m conntrack --ctstate NEW -j ${chain}`,
    );
    const lines =
      rules === undefined
        ? [...hooks.map((hook) => `-D ${hook}`), `-F ${chain}`, `-X ${chain}`]
        : [
            `-N ${chain}`,
            ...packetRules(rules, platformAddress).map((words) => `-A ${chain} ${words}`),
            ...hooks.map((hook) => `-I ${hook}`),
          ];
    await this.azure.script(lines.map((line) => `iptables -w ${line}\n`).join(''));
  }

  /** Loses all that a machine sends and all that is sent to it, or no longer. What it leaks is counted all the same. */
  async cut({ tap }: GatewayPort, isCut: boolean): Promise<void> {
    const how = isCut ? '-A' : '-D';
    await this.azure.script(`
iptables -w -t raw ${how} PREROUTING -i ${tap} -j DROP
iptables -w -t mangle ${how} POSTROUTING -o ${tap} -j DROP`);
  }

  private async addTap(kind: 'g' | 'e', address: string): Promise<string> {
    const tap = `${kind}${++this.taps}`;
    const router = address.replace(/\.\d+$/, '.1');
    // A guest drops what comes in segments larger than its MTU, which the kernel else makes for it.
    await this.azure.script(`
ip tuntap add ${tap} mode tap
ip link set ${tap} gso_max_segs 1
ip addr add ${router}/32 dev ${tap}
ip link set ${tap} up
sysctl -qw net.ipv4.conf.${tap}.proxy_arp=1 net.ipv4.conf.${tap}.rp_filter=0
ip route add ${address}/32 dev ${tap}`);
    return tap;
  }
}

/** From an edge's tap to a gateway's. */
const fromInternet = '-i e+ -o g+';

function rulesOf({ privateIp, publicIp }: Addresses, tap: string): readonly string[] {
  const outside =
    publicIp === undefined
      ? [`-A FORWARD -i ${tap} -o e+ -j DROP`]
      : [
          `-t nat -A POSTROUTING -s ${privateIp} -o e+ -j SNAT --to-source ${publicIp}`,
          `-t nat -A PREROUTING -i e+ -d ${publicIp} -j DNAT --to-destination ${privateIp}`,
        ];
  return [
    `-t raw -A PREROUTING -i ${tap} -d ${proxyAddress} -m comment --comment leak`,
    `-t raw -A PREROUTING -i ${tap} ! -s ${privateIp} -j DROP`,
    ...outside,
  ];
}

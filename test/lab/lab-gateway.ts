/** What does a test do with a real gateway? Sets it up by the product's own scripts, asks through it, counts. */
import type { Lab } from '../../infra/local/gateways/real/lab.js';
import type { GatewayPort } from '../../infra/local/gateways/real/fabric.js';
import type { Suite } from '../../infra/local/gateways/real/images.js';
import type { AskEnd } from '../../infra/local/gateways/real/namespace-calls.js';
import type { UmlGuest } from '../../infra/local/gateways/real/uml-guest.js';
import { pskVariable, type GatewayConfig } from '../../shared/gateway/gateway-config.js';
import { parseSetupResult } from '../../shared/gateway/parse-setup-result.js';
import { renderCloudInit } from '../../shared/gateway/render-cloud-init.js';
import { renderSetupScript } from '../../shared/gateway/render-setup-script.js';
import type { SetupResult } from '../../shared/gateway/setup-result.js';
import { aGatewayConfig, aTunnel } from '../shared/gateway/gateway-cases.js';
import { askEveryMs, marginSeconds, reportOf, sampled, type LoadReport } from './load-report.js';
import { clients, edges } from './lab-plan.js';

/** The PSK of a test's gateways in the beginning. */
export const firstPsk = 'LabPsk0123456789abcdef';

/** Exit code of a script that SIGKILL has ended. */
const killed = -9;

/** How a gateway of a test differs. */
export interface GatewayKind {
  readonly suite: Suite;
  readonly image?: 'bare' | 'baked';
  readonly routing?: GatewayConfig['routing'];
}

/** Addresses of the n-th gateway inside and outside. */
function addressesOf(number: number) {
  return { privateIp: `10.0.0.${3 + number}`, publicIp: `203.0.113.${4 + number}` };
}

/** What the edges know the n-th gateway by. */
export function identityOf(number: number): string {
  return addressesOf(number).publicIp;
}

/** Configuration of the n-th gateway. */
export function labConfig(number: number, { routing = 'route-based' }: GatewayKind): GatewayConfig {
  const { publicIp } = addressesOf(number);
  const [first, second] = edges;
  const tunnels = [
    aTunnel('primary', first.hostNames[0], publicIp),
    aTunnel('secondary', second.address, publicIp),
  ];
  return aGatewayConfig({
    slot: `berlin-z${number}-1`,
    routing,
    tunnels: routing === 'route-based' ? tunnels : tunnels.slice(0, 1),
  });
}

/** What the agent last wrote down, as far as tests read it. */
interface AgentState {
  readonly tunnels: readonly { readonly role: string; readonly isUp: boolean }[];
}

const noState: AgentState = { tunnels: [] };

/** A line of the journal, with seconds since the machine's start: `[   65.123456] name python3[812]: words`. */
const journalLine = /^\[ *([\d.]+)\] \S+ [^:]+: (.*)$/;

/** What was seen of a gateway while something was done to it. */
export interface Watched extends LoadReport {
  /** How those of the held connections ended that did. */
  readonly broken: readonly AskEnd[];
  /** What the agent did, in its own words without the reasons. */
  readonly acts: readonly string[];
}

/** A real gateway under test. */
export class LabGateway {
  /** The PSK that it was last set up with. */
  psk = firstPsk;
  private wasSetUp = false;

  private constructor(
    readonly lab: Lab,
    readonly number: number,
    readonly guest: UmlGuest,
    readonly port: GatewayPort,
    public config: GatewayConfig,
    readonly kind: GatewayKind,
  ) {}

  /** What it is, for people. */
  get title(): string {
    return `${this.kind.suite}, ${this.config.routing}`;
  }

  /** Makes the n-th machine with the product's cloud-init, and gives it power. */
  static async boot(lab: Lab, number: number, kind: GatewayKind): Promise<LabGateway> {
    const config = labConfig(number, kind);
    const { guest, port } = await lab.addGateway({
      ...addressesOf(number),
      name: config.slot,
      suite: kind.suite,
      image: kind.image ?? 'baked',
      cloudConfig: renderCloudInit(config),
    });
    const gateway = new LabGateway(lab, number, guest, port, config, kind);
    const { id } = await lab.fabric.clients.call('startLoad', gateway.load);
    guest.powerOn();
    await guest.isUp;
    await lab.fabric.clients.call('stopLoad', { id });
    return gateway;
  }

  private get proxy() {
    return { host: this.port.privateIp, port: 9400, target: 'http://www.example.com/' };
  }

  /** A client that asks all the time. */
  private get load() {
    return { ...this.proxy, from: clients[1], timeoutSeconds: 2, everyMs: askEveryMs };
  }

  /** Name of the identity that both edges know it by. */
  get identity(): string {
    return identityOf(this.number);
  }

  /** Runs the setup script as run command would. @throws Error with all that it said, when it has no result */
  async setUp(psk = this.psk, config = this.config): Promise<SetupResult> {
    const end = await this.runSetUp(psk, config, AbortSignal.timeout(500_000));
    const result = parseSetupResult(end.stdout);
    if (result === undefined)
      throw new Error(`The script ended without a result:\n${end.stdout}\n${end.stderr}`);
    this.wasSetUp = true;
    return result;
  }

  /** Runs the setup script until a test of the shell's succeeds, and kills it then. @throws Error when it ended before */
  async beginSetUp(isFar: string, psk = this.psk, config = this.config): Promise<void> {
    const kill = new AbortController();
    const running = this.runSetUp(psk, config, kill.signal);
    const watching = this.guest.shell(`timeout 120 bash -c 'until ${isFar}; do sleep 0.05; done'`);
    await Promise.race([running, watching]).finally(() => {
      kill.abort();
    });
    const { exitCode } = await running;
    if (exitCode === killed) return;
    watching.catch(() => undefined); // what it waits for may never come
    throw new Error(`${this.title}: the script ended with ${exitCode} before ${isFar}.`);
  }

  private runSetUp(psk: string, config: GatewayConfig, signal: AbortSignal) {
    this.psk = psk;
    this.config = config;
    return this.guest.run({
      script: renderSetupScript(config),
      environment: { [pskVariable.primary]: psk, [pskVariable.secondary]: psk },
      signal,
    });
  }

  /** What setting up has led to, in a text that is the same for all gateways of a kind. */
  async standing(): Promise<string> {
    const { privateIp, publicIp } = addressesOf(this.number);
    const text = await this.guest.shell(`
iptables-save | sed 's/ \\[[0-9:]*\\]$//; /^#/d'
ip rule; ip -4 route | sort; ip route show table 110; ip route show table 111
for file in /usr/local/lib/tunnelkeeper/* /etc/tunnelkeeper/* /etc/ipsec.d/*.conf /etc/systemd/system/tunnelkeeper-* /etc/systemd/system/ipsec.service.d/*; do
  [ -d "$file" ] || stat -c '%a %n' "$file"
done
systemctl is-enabled ipsec tunnelkeeper-fail-closed tunnelkeeper-forwarding tunnelkeeper-agent
systemctl is-active ipsec tunnelkeeper-fail-closed tunnelkeeper-forwarding tunnelkeeper-agent
cat /etc/ipsec.d/tunnelkeeper.conf /etc/tunnelkeeper/gateway.json
sysctl net.ipv4.ip_forward net.ipv4.conf.eth0.rp_filter net.netfilter.nf_conntrack_max`);
    return text
      .replaceAll(privateIp, '<own address>')
      .replaceAll(publicIp, '<public address>')
      .replaceAll(this.config.slot, '<slot>');
  }

  /** One request of a client; the name of the edge that answered, or how it failed. */
  async ask(from: string = clients[0]): Promise<string> {
    const end = await this.lab.ask(this.port, from);
    return end.kind === 'answered' ? end.body : end.kind;
  }

  /** How a request to one of its own ports ends. */
  reach(from: string, port: number, target = '/'): Promise<AskEnd> {
    const asking = { from, host: this.port.privateIp, port, target, timeoutSeconds: 2 };
    return this.lab.fabric.clients.call('ask', asking);
  }

  /** Asks until an answer comes; the seconds that it took. */
  async served(limitSeconds = 60): Promise<number> {
    const began = Date.now();
    for (;;) {
      const end = await this.lab.ask(this.port, clients[0], { timeout: 1, lasts: 0 });
      const seconds = (Date.now() - began) / 1000;
      if (end.kind === 'answered') return seconds;
      if (seconds > limitSeconds) throw new Error(`${this.title} doesn't serve: ${end.because}`);
      await pause(0.1);
    }
  }

  /**
   * Waits until all tunnels are up, and has new connections take the primary edge, as they would five minutes after it
   * came back.
   */
  async settled(limitSeconds = 120): Promise<void> {
    if (!this.wasSetUp) throw new Error(`${this.title} was never set up.`);
    const until = Date.now() + limitSeconds * 1000;
    for (;;) {
      const { tunnels } = await this.state();
      if (tunnels.length > 0 && tunnels.every(({ isUp }) => isUp)) break;
      if (Date.now() > until)
        throw new Error(`${this.title}: not all tunnels are up: ${JSON.stringify(tunnels)}`);
      await pause(1);
    }
    if (this.config.routing === 'route-based')
      await this.guest.shell(`ip route replace ${this.config.proxy.address}/32 dev vti0`);
    await this.served(10);
  }

  /**
   * Stops the agent and starts it, and lets the seconds pass in which it mends nothing: what it may do in an hour is
   * whole again, which it wouldn't be after a restart.
   */
  async forgetMends(): Promise<void> {
    await this.guest.shell('systemctl stop tunnelkeeper-agent; systemctl start tunnelkeeper-agent');
    await pause(31);
  }

  /** What the agent last wrote down. */
  async state(): Promise<AgentState> {
    const text = await this.guest.shell('cat /run/tunnelkeeper/state.json 2>/dev/null || true');
    return text === '' ? noState : (JSON.parse(text) as AgentState); // our own agent's
  }

  /** Waits until the balancer would have clients come: its probe gets 200. */
  async admitted(limitSeconds = 60): Promise<void> {
    await until(async () => (await this.probe()) === 200, limitSeconds);
  }

  /** What the balancer's probe gets; 0 when nothing answers. */
  async probe(): Promise<number> {
    const end = await this.lab.probe(this.port, this.config.probePort);
    return end.kind === 'answered' ? end.status : 0;
  }

  /** Sends so many probes at once; how many of them got 200. */
  async probes(count: number): Promise<number> {
    const all = await Promise.all(Array.from({ length: count }, () => this.probe()));
    return all.filter((status) => status === 200).length;
  }

  /** Lets a client ask all the time while something is done, and holds so many connections. */
  async watch(deed: () => Promise<unknown>, held = 0): Promise<Watched> {
    const { clients: side } = this.lab.fabric;
    const began = await this.uptime();
    const holding =
      held === 0 ? undefined : await side.call('hold', { ...this.proxy, from: clients[3], count: held });
    const { id } = await side.call('startLoad', this.load);
    let samples;
    let broken: readonly AskEnd[];
    try {
      await pause(marginSeconds);
      await deed();
    } finally {
      await pause(marginSeconds);
      samples = await side.call('stopLoad', { id });
      broken = holding === undefined ? [] : await side.call('letGo', holding);
    }
    // Its first life may have ended meanwhile, and its clock with it.
    const since = (await this.uptime()) < began ? 0 : began;
    return { ...reportOf(sampled(samples)), broken, acts: await this.actsSince(since) };
  }

  /** Seconds since the machine's start. */
  private async uptime(): Promise<number> {
    return Number.parseFloat(await this.guest.shell('cat /proc/uptime'));
  }

  /** What the agent did since then, in its own words without the reasons. */
  private async actsSince(seconds: number): Promise<readonly string[]> {
    const journal = await this.guest.shell(
      'journalctl -q --no-pager -b -u tunnelkeeper-agent -o short-monotonic',
    );
    return journal.split('\n').flatMap((line) => {
      const [, at = '', words = ''] = journalLine.exec(line) ?? [];
      return Number(at) > seconds ? [words.replace(/:.*/, '')] : [];
    });
  }
}

/** Lets real seconds pass. */
export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/** Waits for something. @throws Error when it isn't so in time */
export async function until(isSo: () => boolean | Promise<boolean>, limitSeconds: number): Promise<void> {
  const end = performance.now() + limitSeconds * 1000;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`It isn't so within ${limitSeconds} s: ${String(isSo)}`);
    await pause(0.5);
  }
}

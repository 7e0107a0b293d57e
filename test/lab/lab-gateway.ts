/** What does a test do with a real gateway? Sets it up by the product's own scripts, asks through it, counts. */
import type { Lab } from '../../infra/local/gateways/real/lab.js';
import type { GatewayPort } from '../../infra/local/gateways/real/fabric.js';
import type { Suite } from '../../infra/local/gateways/real/images.js';
import type { AskEnd, LoadSample } from '../../infra/local/gateways/real/namespace-calls.js';
import type { UmlGuest } from '../../infra/local/gateways/real/uml-guest.js';
import { pskVariable, type GatewayConfig } from '../../shared/gateway/gateway-config.js';
import { parseSetupResult } from '../../shared/gateway/parse-setup-result.js';
import { renderCloudInit } from '../../shared/gateway/render-cloud-init.js';
import { renderSetupScript } from '../../shared/gateway/render-setup-script.js';
import type { SetupResult } from '../../shared/gateway/setup-result.js';
import { aGatewayConfig, aTunnel } from '../shared/gateway/gateway-cases.js';
import { clients, edges } from './lab-plan.js';

/** The PSK of a test's gateways in the beginning. */
export const firstPsk = 'LabPsk0123456789abcdef';

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

/** A real gateway under test. */
export class LabGateway {
  private constructor(
    readonly lab: Lab,
    readonly number: number,
    readonly guest: UmlGuest,
    readonly port: GatewayPort,
    public config: GatewayConfig,
    private readonly kind: GatewayKind,
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
    guest.powerOn();
    await guest.isUp;
    return new LabGateway(lab, number, guest, port, config, kind);
  }

  /** Name of the identity that both edges know it by. */
  get identity(): string {
    return identityOf(this.number);
  }

  /** Runs the setup script as run command would. @throws Error with all that it said, when it has no result */
  async setUp(psk = firstPsk, config = this.config): Promise<SetupResult> {
    this.config = config;
    const end = await this.guest.run({
      script: renderSetupScript(config),
      environment: { [pskVariable.primary]: psk, [pskVariable.secondary]: psk },
      signal: AbortSignal.timeout(300_000),
    });
    const result = parseSetupResult(end.stdout);
    if (result === undefined)
      throw new Error(`The script ended without a result:\n${end.stdout}\n${end.stderr}`);
    return result;
  }

  /** One request of a client; the name of the edge that answered, or how it failed. */
  async ask(from: string = clients[0]): Promise<string> {
    const end = await this.lab.ask(this.port, from);
    return end.kind === 'answered' ? end.body : end.kind;
  }

  /** A request whose answer takes so long; how and when it ended. */
  open(from: string, seconds: number): Promise<AskEnd> {
    return this.lab.ask(this.port, from, { timeout: 10, lasts: seconds });
  }

  /** Asks until an answer comes; the seconds that it took. */
  async served(limitSeconds = 60): Promise<number> {
    const began = Date.now();
    for (;;) {
      const end = await this.lab.ask(this.port, clients[0], { timeout: 1, lasts: 0 });
      const seconds = (Date.now() - began) / 1000;
      if (end.kind === 'answered') return seconds;
      if (seconds > limitSeconds) throw new Error(`${this.config.slot} doesn't serve: ${end.because}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Has new connections take the primary edge, as they would five minutes after it came back. */
  async preferPrimary(): Promise<void> {
    if (this.config.routing === 'policy-based') return;
    await this.guest.shell(`ip route replace ${this.config.proxy.address}/32 dev vti0`);
  }

  /** What the balancer's probe gets; 0 when nothing answers. */
  async probe(): Promise<number> {
    const end = await this.lab.probe(this.port, this.config.probePort);
    return end.kind === 'answered' ? end.status : 0;
  }

  /** Lets a client ask every 200 ms while something is done. */
  async underLoad(deed: () => Promise<unknown>): Promise<LoadReport> {
    const { clients: side } = this.lab.fabric;
    const { id } = await side.call('startLoad', {
      ...{ from: clients[1], host: this.port.privateIp, port: 9400, target: 'http://www.example.com/' },
      ...{ timeoutSeconds: 2, everyMs: 200 },
    });
    try {
      await deed();
    } finally {
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    return reportOf(await side.call('stopLoad', { id }));
  }
}

/** What a client noticed. */
export interface LoadReport {
  readonly answered: number;
  readonly lost: number;
  /** Longest time from one answered request to the next, in seconds. */
  readonly gapSeconds: number;
  /** Which edges answered, in the order in which they took turns. */
  readonly edges: readonly string[];
}

function reportOf(samples: readonly LoadSample[]): LoadReport {
  const answers = samples.flatMap(({ at, end }) => (end.kind === 'answered' ? [{ at, edge: end.body }] : []));
  // The last gap may reach until the load's end.
  const times = [...answers.map(({ at }) => at), ...samples.slice(-1).map(({ at }) => at)];
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  return {
    answered: answers.length,
    lost: samples.length - answers.length,
    gapSeconds: Math.max(0, ...gaps) / 1000,
    edges: answers.map(({ edge }) => edge).filter((edge, index, all) => edge !== all[index - 1]),
  };
}

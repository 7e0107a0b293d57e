/** What does the agent answer, and where does it lead new connections? The rendered program's rules. */
import { judge, unchecked, chooseTunnel, type CheckConfig, type Health } from './judge-tunnels.js';
import type { Way } from './network.js';
import { ModelGap } from './shell/syntax.js';
import { wait } from './wait.js';

/** As much of `gateway.json` as the agent reads. */
interface AgentConfig {
  readonly routing: string;
  readonly probePort: number;
  readonly proxy: { readonly address: string; readonly ports: readonly number[] };
  readonly check: CheckConfig & { readonly everySeconds: number; readonly timeoutSeconds: number };
  readonly tunnels: readonly { readonly role: string; readonly device?: string }[];
}

/** What the program needs of its machine. */
export interface AgentHost {
  /** Sends one request to the proxy; says which way it went. */
  send(address: string, port: number, device: string | undefined): Way;
  /** Whether the proxy behind an edge answered. */
  serves(edge: string): boolean;
  hasDevice(name: string): boolean;
  /** Device of the route to exactly this destination. */
  routeTo(destination: string): string | undefined;
  /** False when there is no such device. */
  setRoute(destination: string, device: string): boolean;
  readonly signal: AbortSignal;
}

/** The shortest pause between two checks of the rendered program. */
const leastPauseSeconds = 0.1;
/** How often the program looks at the route. */
const steerSeconds = 1;

/** An agent that runs. */
export class Agent {
  private readonly states = new Map<string, Health>();
  private readonly config: AgentConfig;
  /** Role of the tunnel that new connections take. */
  private current: string | undefined;

  constructor(
    configText: string,
    private readonly host: AgentHost,
  ) {
    this.config = readConfig(configText);
    for (const { role } of this.config.tunnels) this.states.set(role, unchecked);
    const loops = this.config.tunnels.map((tunnel) => this.watch(tunnel));
    // Policy-based there is one tunnel and no route to move.
    if (this.config.routing === 'route-based') loops.push(this.steer());
    else this.current = this.config.tunnels[0]?.role;
    for (const loop of loops) loop.catch(() => undefined); // rejects with `Stopped` alone, when the program ends
  }

  get port(): number {
    return this.config.probePort;
  }

  /** Status for the probe: 200 while the tunnel that new connections take is up. */
  get status(): number {
    return this.current !== undefined && this.states.get(this.current)?.isUp === true ? 200 : 503;
  }

  private async watch({ role, device }: AgentConfig['tunnels'][number]): Promise<void> {
    const { check } = this.config;
    for (;;) {
      const began = Date.now();
      const succeeded = await this.succeeds(device);
      const state = this.states.get(role) ?? unchecked;
      this.states.set(role, judge(state, succeeded, check, Date.now() / 1000));
      const elapsedSeconds = (Date.now() - began) / 1000;
      await wait(Math.max(leastPauseSeconds, check.everySeconds - elapsedSeconds), this.host.signal);
    }
  }

  private async succeeds(device: string | undefined): Promise<boolean> {
    const { host, config } = this;
    if (device !== undefined && !host.hasDevice(device)) return false; // binding fails at once
    const way = host.send(config.proxy.address, config.proxy.ports[0] ?? 0, device);
    if (way.kind === 'tunnelled' && host.serves(way.edge)) return true;
    await wait(config.check.timeoutSeconds, host.signal);
    return false;
  }

  private async steer(): Promise<void> {
    const { tunnels, proxy, check } = this.config;
    const destination = `${proxy.address}/32`;
    for (;;) {
      const device = this.host.routeTo(destination);
      const current = device === undefined ? undefined : tunnels.find((tunnel) => tunnel.device === device);
      const wanted = chooseTunnel(this.states, current?.role, Date.now() / 1000, check.stableSeconds);
      const to = tunnels.find(({ role }) => role === wanted)?.device;
      // Where the route can't be set, it stays, and so does what the probe is told.
      const isSet = wanted === current?.role || (to !== undefined && this.host.setRoute(destination, to));
      if (isSet) this.current = wanted;
      await wait(steerSeconds, this.host.signal);
    }
  }
}

function readConfig(text: string): AgentConfig {
  const config = JSON.parse(text) as Partial<AgentConfig>; // each field that is used is checked below
  const { routing, probePort, proxy, check, tunnels } = config;
  if (
    typeof probePort !== 'number' ||
    routing === undefined ||
    proxy === undefined ||
    check === undefined ||
    !Array.isArray(tunnels)
  )
    throw new ModelGap("The model cannot read the agent's configuration.");
  return { routing, probePort, proxy, check, tunnels };
}

/** What does the agent answer, where does it lead connections, and what does it mend? The rendered program's rules. */
import { judge, unchecked, chooseTunnel, isDown, type CheckConfig, type Health } from './judge-tunnels.js';
import { hourSeconds, nextMend, type BegunMend, type Mend, type MendConfig } from './mend-on-the-spot.js';
import type { Way } from './network.js';
import { Outbox, type Report } from './outbox.js';
import { ModelGap } from './shell/syntax.js';
import { wait } from './wait.js';

/** A tunnel as `gateway.json` has it; without a device and its table when policy-based. */
export interface AgentTunnel {
  readonly role: string;
  readonly device?: string;
  readonly table?: number;
}

/** As much of `gateway.json` as the agent reads. */
interface AgentConfig {
  readonly site: string;
  readonly slot: string;
  /** Where it reports; nowhere without it. */
  readonly reports?: { readonly url: string };
  readonly routing: string;
  readonly probePort: number;
  readonly proxy: { readonly address: string; readonly ports: readonly number[] };
  readonly check: CheckConfig & { readonly everySeconds: number; readonly timeoutSeconds: number };
  readonly mend: MendConfig;
  readonly tunnels: readonly AgentTunnel[];
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
  /** Leads established connections into a tunnel's device again, after pluto has made it anew. */
  lead(tunnel: AgentTunnel): void;
  /** Seconds since pluto started; `undefined` when it doesn't run. */
  plutoAge(): number | undefined;
  /** Whether a tunnel's child SA stands; `undefined` when pluto doesn't say. */
  child(role: string): boolean | undefined;
  /** Breaks the clients' connections in a tunnel. */
  reset(role: string): void;
  /** Whether connections that begin are refused. */
  refuse(isSo: boolean): void;
  /** A script of the control plane is at work. */
  isHeld(): boolean;
  /** Sends a report; says whether it is over, taken or refused for good. */
  report(url: string, report: Report): Promise<boolean>;
  /** Mends; ends when that is done. */
  mend(mend: Mend): Promise<void>;
  readonly signal: AbortSignal;
}

/** The shortest pause between two checks of the rendered program. */
const leastPauseSeconds = 0.1;
/** How often the program decides. */
const tickSeconds = 1;

/** An agent that runs. */
export class Agent {
  private readonly states = new Map<string, Health>();
  private readonly config: AgentConfig;
  /** Role of the tunnel that new connections take. */
  private current: string | undefined;
  private readonly beganAt = Date.now() / 1000;
  private begun: readonly BegunMend[] = [];
  /** When a script of the control plane was last seen at work. */
  private heldAt: number | undefined;
  private readonly troubles = new Map<string, string>();
  private readonly outbox = new Outbox();
  private isMending = false;

  constructor(
    configText: string,
    private readonly host: AgentHost,
  ) {
    this.config = readConfig(configText);
    for (const { role } of this.config.tunnels) this.states.set(role, unchecked);
    const loops = [...this.config.tunnels.map((tunnel) => this.watch(tunnel)), this.decide()];
    // Policy-based there is one tunnel and no route to move.
    if (!this.isRouteBased) this.current = this.config.tunnels[0]?.role;
    for (const loop of loops) loop.catch(() => undefined); // rejects with `Stopped` alone, when the program ends
  }

  get port(): number {
    return this.config.probePort;
  }

  /** Status for the probe: 200 while the tunnel that new connections take is up. */
  get status(): number {
    return this.current !== undefined && this.states.get(this.current)?.isUp === true ? 200 : 503;
  }

  private get isRouteBased(): boolean {
    return this.config.routing === 'route-based';
  }

  private async watch({ role, device }: AgentTunnel): Promise<void> {
    const { check } = this.config;
    for (;;) {
      const began = Date.now();
      const isAnswered = await this.succeeds(device);
      const state = this.states.get(role) ?? unchecked;
      const child = this.host.child(role);
      this.troubles.set(role, this.troubleOf(isAnswered, child, device));
      this.states.set(role, judge(state, { isAnswered, child }, check, Date.now() / 1000));
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

  /** What a check found; empty when nothing is wrong. */
  private troubleOf(isAnswered: boolean, child: boolean | undefined, device: string | undefined): string {
    if (device !== undefined && !this.host.hasDevice(device)) return 'no-device';
    if (!isAnswered) return 'silent';
    return child === false ? 'no-child-sa' : '';
  }

  private async decide(): Promise<void> {
    for (;;) {
      const now = Date.now() / 1000;
      if (this.isRouteBased) this.steer(now);
      const down = [...this.states].filter(([, health]) => isDown(health, this.config.check));
      for (const [role] of down) this.host.reset(role);
      this.host.refuse(down.length === this.states.size);
      this.mend(now);
      this.report(now);
      await wait(tickSeconds, this.host.signal);
    }
  }

  private steer(now: number): void {
    const { tunnels, proxy, check } = this.config;
    for (const tunnel of tunnels) this.host.lead(tunnel);
    const destination = `${proxy.address}/32`;
    const device = this.host.routeTo(destination);
    const current = device === undefined ? undefined : tunnels.find((tunnel) => tunnel.device === device);
    const wanted = chooseTunnel(this.usable(), current?.role, now, check.stableSeconds);
    const to = tunnels.find(({ role }) => role === wanted)?.device;
    // Where the route can't be set, it stays, and so does what the probe is told.
    const isSet = wanted === current?.role || (to !== undefined && this.host.setRoute(destination, to));
    if (isSet) this.current = wanted;
  }

  /** A tunnel whose device is gone isn't waited for until three checks have failed. */
  private usable(): ReadonlyMap<string, Health> {
    const all = this.config.tunnels.map(({ role, device = '' }) => {
      const health = this.states.get(role) ?? unchecked;
      return [role, this.host.hasDevice(device) ? health : { ...health, isUp: false }] as const;
    });
    return new Map(all);
  }

  /** Nothing that decides waits for it. */
  private report(now: number): void {
    const { config, host, outbox, status } = this;
    if (config.reports === undefined) return;
    const tunnels = config.tunnels.map(({ role }) => {
      const isUp = this.states.get(role)?.isUp === true;
      const trouble = this.troubles.get(role) ?? '';
      return { role, isUp, trouble: isUp || trouble === '' ? null : trouble };
    });
    const because = status === 200 ? `${this.current ?? ''} is up` : 'no tunnel is up';
    const { site, slot } = config;
    outbox.look({ site, slot, probe: status, because, route: this.current ?? null, tunnels });
    const told = outbox.take(now);
    if (told === undefined) return;
    host.report(config.reports.url, told).then(
      (isOver) => {
        outbox.ended(told, isOver, Date.now() / 1000);
      },
      () => undefined, // `Stopped` alone, when the program ends
    );
  }

  private mend(now: number): void {
    const { host, config } = this;
    const roles = config.tunnels.map(({ role }) => role);
    this.begun = this.begun.filter(({ at }) => now - at < hourSeconds);
    const isScriptAtWork = !this.isMending && host.isHeld();
    if (isScriptAtWork) this.heldAt = now;
    const facts = {
      tunnels: this.states,
      begun: this.begun,
      agentAge: now - this.beganAt,
      plutoAge: host.plutoAge(),
      plutoAnswers: roles.every((role) => host.child(role) !== undefined),
      isHeld: this.isMending || isScriptAtWork,
      heldAt: this.heldAt,
    };
    const due = nextMend(facts, config.check, config.mend, now);
    if (due === undefined) return;
    this.begun = [...this.begun, { ...due, at: now }];
    this.isMending = true;
    host.mend(due).then(
      () => (this.isMending = false),
      () => undefined, // `Stopped` alone, when the program ends
    );
  }
}

function readConfig(text: string): AgentConfig {
  const config = JSON.parse(text) as Partial<AgentConfig>; // each field that is used is checked below
  const { routing, probePort, proxy, check, mend, tunnels, reports, site = '', slot = '' } = config;
  if (
    typeof probePort !== 'number' ||
    routing === undefined ||
    proxy === undefined ||
    check === undefined ||
    mend === undefined ||
    !Array.isArray(tunnels)
  )
    throw new ModelGap("The model cannot read the agent's configuration.");
  const told = reports === undefined ? {} : { reports };
  return { site, slot, routing, probePort, proxy, check, mend, tunnels, ...told };
}

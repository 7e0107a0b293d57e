/** What is seen of several real gateways while something happens to all of them at once? */
import { expect } from '@jest/globals';
import type { Lab } from '../../infra/local/gateways/real/lab.js';
import { firstPsk, identityOf, LabGateway, type GatewayKind, type Watched } from './lab-gateway.js';
import { LabHost } from './lab-host.js';
import { counted, countedInWords } from './load-report.js';
import type { Disruption } from './disruptions.js';
import { tellTable } from './tell-table.js';

/** Milliseconds that one thing may take with all gateways, on two processors. */
export const limitMs = 600_000;

/** Connections of clients that each gateway carries while something happens. */
export const held = 4;

/** A gateway, with what was seen while something was done to it. */
export interface Seen extends Watched {
  readonly gateway: LabGateway;
  readonly leaks: number;
}

/** Gateways that are asked all the time. */
export class LabFleet {
  private readonly rows: (readonly (string | number)[])[] = [];

  private constructor(
    readonly lab: Lab,
    readonly host: LabHost,
    readonly gateways: readonly LabGateway[],
  ) {}

  /** Boots a machine of each kind, known to both edges. */
  static async boot(lab: Lab, kinds: readonly GatewayKind[]): Promise<LabFleet> {
    const host = await LabHost.serve(lab);
    const credentials = kinds.map((_, index) => ({ identity: identityOf(index + 1), psk: firstPsk }));
    await Promise.all(lab.edges.map((edge) => edge.setCredentials(credentials)));
    const boots = kinds.map((kind, index) => LabGateway.boot(lab, index + 1, kind));
    return new LabFleet(lab, host, await Promise.all(boots));
  }

  /** Does something with each. */
  each<T>(deed: (gateway: LabGateway) => Promise<T>): Promise<readonly T[]> {
    return Promise.all(this.gateways.map(deed));
  }

  /**
   * Does something with all of them, once each of them is asked and holds its connections; what was seen, with what
   * leaked.
   */
  async watch(
    deed: (gateway: LabGateway) => Promise<unknown>,
    connections = 0,
    gateways = this.gateways,
  ): Promise<readonly Seen[]> {
    const leaked = await this.leaks(gateways);
    const start = barrier(gateways.length);
    const seen = await Promise.all(
      gateways.map(async (gateway) => {
        const waits = () => start.arrived().then(() => deed(gateway));
        return { gateway, ...(await gateway.watch(waits, connections).finally(start.open)) };
      }),
    );
    const inAll = await this.leaks(gateways);
    return seen.map((one, index) => ({ ...one, leaks: (inAll[index] ?? 0) - (leaked[index] ?? 0) }));
  }

  /** Packets of the proxied flow that each has sent outside ESP since it first had power. */
  leaks(gateways = this.gateways): Promise<readonly number[]> {
    return Promise.all(gateways.map(({ port }) => this.lab.fabric.leaks(port)));
  }

  /** Lets something happen to all of them, until all serve again. */
  async disrupt(disruption: Disruption): Promise<readonly Seen[]> {
    const { name, toAll, toEach, afterwards, isHarmless, edges } = disruption;
    await this.each((gateway) => gateway.settled());
    let all: Promise<void> | undefined;
    const seen = await this.watch(async (gateway) => {
      await (all ??= toAll?.(this.lab, this.gateways));
      await toEach?.(gateway);
      await gateway.served(90);
      await gateway.admitted();
    }, held).finally(() => afterwards?.(this.lab));
    for (const one of seen) this.tell(name, one);
    if (isHarmless) for (const one of seen) expectUnharmed(one, edges);
    if (edges !== undefined) expectEdges(seen, edges);
    expect(seen.map(({ leaks }) => leaks)).toEqual(seen.map(() => 0));
    return seen;
  }

  /** A row of the table, said at once too. */
  tell(what: string, { gateway, leaks, answered, gapSeconds, failures, broken, acts }: Seen): void {
    const ended = counted(broken.map(({ kind }) => kind));
    const row = [
      ...[what, gateway.title, leaks, answered, countedInWords(failures), gapSeconds.toFixed(1)],
      ...[countedInWords(ended), countedInWords(counted(acts.filter(isMoveOrMend)))],
    ];
    this.rows.push(row);
    process.stderr.write(`${row.join(' | ')}\n`);
  }

  table(): void {
    const head = ['what happens', 'gateway', 'in the clear', 'answered', 'lost', 'longest gap, s'];
    tellTable([...head, `of ${held} held`, 'acts'], this.rows);
  }
}

/** Nobody has noticed: no request was lost, no connection broken, nothing moved or mended; these answered. */
export function expectUnharmed(seen: Seen, expected: readonly string[] = ['fra4']): void {
  const { gateway, leaks, lost, broken, acts, edges } = seen;
  expect([gateway.title, leaks, lost, broken, acts.filter(isMoveOrMend), edges]).toEqual([
    gateway.title,
    ...[0, 0, [], [], expected],
  ]);
}

/** Those that have two edges were answered by these, in this order. */
function expectEdges(seen: readonly Seen[], expected: readonly string[]): void {
  for (const { gateway, edges } of seen.filter(({ gateway: { config } }) => config.tunnels.length > 1))
    expect([gateway.title, edges]).toEqual([gateway.title, expected]);
}

/** Resets follow from what the tunnels are; how they ended shows by the held connections. */
function isMoveOrMend(act: string): boolean {
  return act.startsWith('New connections ') || isMend(act);
}

/** Whether an agent did more than lead connections. */
export function isMend(act: string): boolean {
  return /^(Asks for|Takes|Ends) /.test(act);
}

/** Opens when all have arrived, or when somebody can't. */
function barrier(count: number): { arrived(): Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  let missing = count;
  return {
    open,
    arrived: () => {
      if (--missing === 0) open();
      return opened;
    },
  };
}

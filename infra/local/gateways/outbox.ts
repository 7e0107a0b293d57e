/** When does an agent report, and what? As the rendered program's `Outbox`: the newest state, once it has changed. */

/** State of a gateway as its agent reports it (docs/api.md, 'Reports of gateways'). */
export interface GatewayState {
  readonly site: string;
  readonly slot: string;
  readonly probe: number;
  readonly because: string;
  readonly route: string | null;
  readonly tunnels: readonly {
    readonly role: string;
    readonly isUp: boolean;
    readonly trouble: string | null;
  }[];
}

/** A report on its way. */
export type Report = GatewayState & { readonly changes: readonly string[] };

/** The program's numbers (`reports.py`): one report so often at most, and the longest pause after failures. */
const leastSeconds = 10;
const mostSeconds = 300;
const mostChanges = 10;

/** The newest state that isn't told yet. Times in seconds. */
export class Outbox {
  private last: GatewayState | undefined;
  private waiting: Report | undefined;
  private notBefore = 0;
  private pause = 0;
  private isSending = false;

  /** Notes what has changed since the last look; the first one has nothing to be compared with. */
  look(state: GatewayState): void {
    const said = this.last === undefined ? [] : changesBetween(this.last, state);
    this.last = state;
    if (said.length > 0) this.keep(state, said);
  }

  /** The report to send now; its end has to be told. */
  take(now: number): Report | undefined {
    if (this.waiting === undefined || this.isSending || now < this.notBefore) return undefined;
    const told = this.waiting;
    this.waiting = undefined;
    this.isSending = true;
    this.notBefore = now + leastSeconds;
    return told;
  }

  /** @param isOver taken, or refused for good; else it is sent again, unless a newer one waits */
  ended({ changes, ...state }: Report, isOver: boolean, now: number): void {
    this.isSending = false;
    if (isOver) {
      this.pause = 0;
      return;
    }
    if (this.waiting === undefined) this.keep(state, changes);
    this.pause = Math.min(mostSeconds, this.pause === 0 ? leastSeconds : 2 * this.pause);
    this.notBefore = now + this.pause;
  }

  private keep(state: GatewayState, said: readonly string[]): void {
    this.waiting = { ...state, changes: [...(this.waiting?.changes ?? []), ...said].slice(-mostChanges) };
  }
}

function changesBetween(before: GatewayState, now: GatewayState): readonly string[] {
  const tunnels = now.tunnels.flatMap(({ role, isUp, trouble }, index) =>
    before.tunnels[index]?.isUp === isUp
      ? []
      : [`${role} is ${isUp ? 'up' : `down: ${trouble ?? 'unchecked'}`}`],
  );
  const route = before.route === now.route ? [] : [`route leads to ${now.route ?? 'no tunnel'}`];
  const probe = before.probe === now.probe ? [] : [`probe gets ${now.probe}`];
  return [...tunnels, ...route, ...probe];
}

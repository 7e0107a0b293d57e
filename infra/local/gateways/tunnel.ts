/** In which state is one connection, and what happens to it next? */
import { measured } from './guest-durations.js';
import { isPersistent, negotiate, secondsUntil, type Outcome } from './negotiate.js';
import type { Connection } from './read-ipsec-conf.js';
import type { FarSideChange } from './service-edges.js';
import type { Policy, TunnelHost, UpEnd } from './tunnel-host.js';
import * as says from './tunnel-lines.js';
import type { Line, Numbers } from './tunnel-lines.js';
import { after } from './wait.js';

type State =
  | { readonly kind: 'down' }
  | { readonly kind: 'trying'; readonly outcome: Outcome; readonly numbers: Numbers }
  | { readonly kind: 'reviving' }
  | { readonly kind: 'ike-only'; readonly numbers: Numbers }
  | { readonly kind: 'up'; readonly edge: string; readonly numbers: Numbers };

/** Libreswan's REVIVE_CONN_DELAY and REVIVE_CONN_DELAY_MAX: 0 s, then 5 s more each time. */
const revivalStepSeconds = 5;
const longestRevivalSeconds = 300;

/** One connection of a pluto that runs. */
export class Tunnel {
  private state: State = { kind: 'down' };
  policy: Policy = 'none';
  private waiters: ((end: UpEnd) => void)[] = [];
  private revivalSeconds = 0;
  private lossCount = 0;
  private cancelNext: () => void = () => undefined;
  /** Set while the peer is silent. */
  private cancelDeadPeer: (() => void) | undefined;

  constructor(
    readonly connection: Connection,
    private readonly host: TunnelHost,
  ) {}

  /** Name of the edge that the child SA leads to; `undefined` without one. */
  get edge(): string | undefined {
    return this.state.kind === 'up' ? this.state.edge : undefined;
  }

  /** Grows whenever a child SA is lost: what a connection began in is gone when this has changed. */
  get losses(): number {
    return this.lossCount;
  }

  /** Of the edge. */
  get address(): string {
    const { right } = this.connection;
    return this.host.edges.resolve(right) ?? right;
  }

  get isIkeUp(): boolean {
    return this.state.kind === 'up' || this.state.kind === 'ike-only';
  }

  /** The numbers of the states that stand, for `ipsec whack --status`. */
  get numbers(): Numbers | undefined {
    return 'numbers' in this.state ? this.state.numbers : undefined;
  }

  /** As `ipsec auto --up`: ends when the attempt does; pluto goes on in the background if that failed. */
  up(): Promise<UpEnd> {
    const end = new Promise<UpEnd>((resolve) => this.waiters.push(resolve));
    if (this.state.kind === 'up' || this.state.kind === 'ike-only') this.askForChild(this.state.numbers);
    else if (this.state.kind !== 'trying') this.begin();
    return end;
  }

  /** As `ipsec auto --down`: gone, and not begun again by itself. */
  down(): void {
    this.forgetTimers();
    this.become({ kind: 'down' });
    this.policy = 'none';
    this.finish({ exitCode: 0, lines: [] });
  }

  /** The kernel has lost its child SA, and pluto doesn't notice: so seen in the lab. */
  loseChild(): void {
    if (this.state.kind !== 'up') return;
    this.policy = 'none';
    this.break();
  }

  /** pluto does nothing any more; the kernel's policy stays and drops. */
  freeze(): void {
    this.forgetTimers();
    this.become({ kind: 'down' });
    if (this.policy === 'tunnels') this.policy = 'held';
  }

  /** The far side changed: a pending attempt may now succeed, a standing tunnel may have lost its peer. */
  farSideChanged({ drops }: FarSideChange): void {
    const { state, host, connection } = this;
    if (drops !== undefined && drops === host.localIdOf(connection)) this.deletedByPeer();
    else this.heed(state, host.edges.isSilent(connection.right));
  }

  /** The edge's message arrives only if it isn't silent; without it, the SAs are noticed as dead. */
  private deletedByPeer(): void {
    const { numbers, host, connection } = this;
    if (!this.isIkeUp || numbers === undefined || host.edges.isSilent(connection.right)) return;
    this.forgetTimers();
    this.revivalSeconds = 0;
    host.journal(says.deletedLines(numbers));
    this.revive();
  }

  private heed(state: State, isSilent: boolean): void {
    const { host, connection } = this;
    if (state.kind === 'trying' && isPersistent(state.outcome)) {
      if (isPersistent(negotiate(this.connection, this.host))) return;
      this.next(measured.healed, () => {
        const now = negotiate(this.connection, this.host);
        if (isPersistent(now)) this.attempt(state.numbers);
        else this.conclude(now, state.numbers);
      });
    } else if (state.kind === 'up' || state.kind === 'ike-only') {
      if (!isSilent) this.hearPeer();
      else if (connection.restartsDeadPeer)
        this.cancelDeadPeer ??= after(measured.deadPeer, host.signal, () => this.peerIsDead());
    }
  }

  private peerIsDead(): void {
    const { numbers } = this;
    if (numbers !== undefined) this.host.journal(says.deadPeerLines(numbers));
    if (this.policy === 'tunnels') this.policy = 'held';
    this.begin();
  }

  private begin(): void {
    const { name } = this.connection;
    this.attempt({ name, ike: this.host.nextNumber(), child: this.host.nextNumber() });
  }

  private attempt(numbers: Numbers): void {
    this.forgetTimers();
    const outcome = negotiate(this.connection, this.host);
    this.become({ kind: 'trying', outcome, numbers });
    this.next(secondsUntil(outcome, this.host.random), () => this.conclude(outcome, numbers));
  }

  private conclude(expected: Outcome, numbers: Numbers): void {
    const outcome = negotiate(this.connection, this.host);
    const { host, connection } = this;
    // The far side changed on the way: the exchange takes the other course.
    if (outcome.kind !== expected.kind) this.attempt(numbers);
    else if (outcome.kind === 'established') {
      host.edges.authenticated(host.localIdOf(connection), connection.right);
      this.stand(outcome, numbers);
    } else if (outcome.kind === 'esp-refused' || outcome.kind === 'selectors-refused') {
      host.edges.authenticated(host.localIdOf(connection), connection.right);
      this.standWithoutChild(numbers);
      this.tell(0, says.childRefusedLines(numbers, says.childError(outcome.kind)));
    } else if (outcome.kind === 'silent') {
      this.tell(31, says.silentLines(numbers));
      this.begin();
    } else if (outcome.kind === 'ike-refused') {
      this.tell(31, says.ikeRefusedLines(numbers));
      this.begin();
    } else if (outcome.kind === 'no-secret') {
      this.revive();
      this.tell(32, says.noSecretLines(numbers, outcome.localId));
    } else {
      this.revive();
      this.tell(36, says.rejectedLines(numbers));
    }
  }

  private stand({ edge, address }: { edge: string; address: string }, numbers: Numbers): void {
    const { host, connection } = this;
    this.become({ kind: 'up', edge, numbers });
    this.policy = 'tunnels';
    this.revivalSeconds = 0;
    host.established(connection, edge);
    const spi = () =>
      Math.floor(host.random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
    this.tell(0, says.establishedLines(numbers, { address, esp: connection.esp, spi }));
    this.farSideChanged({});
  }

  private standWithoutChild(numbers: Numbers): void {
    this.become({ kind: 'ike-only', numbers });
    this.policy = 'none';
    this.farSideChanged({});
  }

  /** A second `--up`: another child under the IKE SA that stands, which asks nobody for the PSK again. */
  private askForChild(before: Numbers): void {
    const numbers = { ...before, child: this.host.nextNumber() };
    this.next(measured.childRefused, () => {
      const outcome = negotiate(this.connection, this.host);
      if (outcome.kind === 'esp-refused' || outcome.kind === 'selectors-refused')
        this.tell(0, says.childAgainRefusedLines(numbers, says.childError(outcome.kind)));
      else if (outcome.kind === 'silent') this.tell(31, says.silentLines(numbers));
      else {
        const edge = outcome.kind === 'established' ? outcome.edge : this.connection.right;
        this.stand({ edge, address: this.address }, numbers);
      }
    });
  }

  private revive(): void {
    this.become({ kind: 'reviving' });
    this.policy = 'none';
    this.next(this.revivalSeconds, () => this.begin());
    this.revivalSeconds = Math.min(this.revivalSeconds + revivalStepSeconds, longestRevivalSeconds);
  }

  /** A second child beside the first leaves what began in the first alone. */
  private become(state: State): void {
    const carried = this.state.kind === 'up' && state.kind !== 'up';
    this.state = state;
    if (carried) this.break();
  }

  private break(): void {
    this.lossCount++;
    this.host.lost();
  }

  private tell(exitCode: number, lines: readonly Line[]): void {
    this.host.journal(lines);
    this.finish({ exitCode, lines });
  }

  private finish(end: UpEnd): void {
    for (const resolve of this.waiters.splice(0)) resolve(end);
  }

  private next(seconds: number, call: () => void): void {
    this.cancelNext();
    this.cancelNext = after(seconds, this.host.signal, call);
  }

  private forgetTimers(): void {
    this.cancelNext();
    this.hearPeer();
  }

  private hearPeer(): void {
    this.cancelDeadPeer?.();
    this.cancelDeadPeer = undefined;
  }
}

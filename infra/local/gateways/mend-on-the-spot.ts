/** What does the agent mend on the spot, and when may it? As the rendered program's `next_mend`, row by row. */
import { isDown, type CheckConfig, type Health } from './judge-tunnels.js';

/** The rendered numbers. */
export interface MendConfig {
  readonly initiateAfterSeconds: number;
  readonly reconnectAfterSeconds: number;
  readonly restartAfterSeconds: number;
  readonly settleSeconds: number;
  readonly afterStartSeconds: number;
  readonly perHour: number;
  readonly pauseSeconds: number;
}

/** What is done; a restart concerns every tunnel. */
export type Mend =
  | { readonly kind: 'initiate' | 'reconnect'; readonly role: string }
  | { readonly kind: 'restart'; readonly role?: undefined };

/** A mend that was begun. */
export type BegunMend = Mend & { readonly at: number };

/** What the agent knows when it decides; times in seconds since the epoch, ages in seconds. */
export interface MendFacts {
  readonly tunnels: ReadonlyMap<string, Health>;
  /** Of the last hour, oldest first. */
  readonly begun: readonly BegunMend[];
  readonly agentAge: number;
  /** `undefined`: pluto doesn't run. */
  readonly plutoAge: number | undefined;
  readonly plutoAnswers: boolean;
  /** A script of the control plane, or a mend, is under way. */
  readonly isHeld: boolean;
  /** When a script of the control plane was last seen at work. */
  readonly heldAt: number | undefined;
}

export const hourSeconds = 3600;

/** The mend that is due and within its limits, the strongest first. */
export function nextMend(
  facts: MendFacts,
  check: CheckConfig,
  rules: MendConfig,
  now: number,
): Mend | undefined {
  const { tunnels, agentAge, plutoAge, plutoAnswers, isHeld, heldAt = -Infinity } = facts;
  if (isHeld || now - heldAt < rules.settleSeconds) return;
  if (plutoAge === undefined || Math.min(agentAge, plutoAge) < rules.afterStartSeconds) return;
  const hasFailedFor = (health: Health, seconds: number) =>
    isDown(health, check) && health.failingSince !== undefined && now - health.failingSince >= seconds;
  const all = [...tunnels];
  const due: Mend[] = [];
  if (all.every(([, health]) => hasFailedFor(health, rules.restartAfterSeconds)))
    due.push({ kind: 'restart' });
  if (plutoAnswers) {
    for (const [role, health] of all)
      if (hasFailedFor(health, rules.reconnectAfterSeconds)) due.push({ kind: 'reconnect', role });
    for (const [role, { missingSince }] of all)
      if (missingSince !== undefined && now - missingSince >= rules.initiateAfterSeconds)
        due.push({ kind: 'initiate', role });
  }
  return due.find((mend) => isAllowed(mend, facts.begun, rules, now));
}

function isAllowed(mend: Mend, begun: readonly BegunMend[], rules: MendConfig, now: number): boolean {
  const touching = begun.filter(
    ({ role }) => role === mend.role || role === undefined || mend.role === undefined,
  );
  const last = touching.at(-1);
  if (last !== undefined && now - last.at < rules.settleSeconds) return false;
  const past = begun.filter(({ kind, role }) => kind === mend.kind && role === mend.role);
  const newest = past.at(-1);
  if (newest === undefined) return true;
  return past.length < rules.perHour && now >= newest.at + rules.pauseSeconds * 2 ** (past.length - 1);
}

/** What is tried next to mend a gateway? The lowest rung that can mend its cause and hasn't been tried. */
import type { Cause, Remedy, Rung, Try } from './remedy.js';

/** Rungs by cause, the one that touches least first. An edge's outage is never answered by touching a machine. */
const ladders: Readonly<Record<Cause, readonly Rung[]>> = {
  healthy: [],
  starting: [],
  'tunnel-down': ['tunnel-up', 'ipsec-restart', 'configure', 'other-edge', 'redeploy', 'replace', 'replace'],
  'credential-refused': [],
  'service-edge-down': ['other-edge'],
  'proxy-dead': ['tunnel-up', 'other-edge'],
  'vm-stopped': ['start', 'replace', 'replace'],
  'vm-missing': ['replace', 'replace'],
  'vm-unresponsive': ['redeploy', 'replace', 'replace'],
  'config-drift': ['configure', 'redeploy', 'replace', 'replace'],
  // A rotation rolls the newer version out.
  'secret-newer': [],
  'cannot-tell': [],
};

const touchingMachine: readonly Rung[] = ['start', 'redeploy', 'replace'];

/** What limits the choice. */
export interface LadderLimits {
  /** The lowest rung that can help. */
  readonly from?: Rung | undefined;
  /** No machine is to be touched. */
  readonly isFarSide?: boolean | undefined;
  readonly hasSecondary: boolean;
}

/** Says whether a rung stops, moves or deletes a machine. */
export function touchesMachine(rung: Rung): boolean {
  return touchingMachine.includes(rung);
}

/** Says whether there is anything on this side that could mend a cause at all. */
export function canBeMended(cause: Cause): boolean {
  return ladders[cause].length > 0;
}

/** The next rung, or `undefined` when all that can help have been tried. */
export function nextRung(cause: Cause, tries: readonly Try[], limits: LadderLimits): Rung | undefined {
  const { from, isFarSide = false, hasSecondary } = limits;
  const all = ladders[cause].filter(
    (rung) => (rung !== 'other-edge' || hasSecondary) && !(isFarSide && touchesMachine(rung)),
  );
  const start = from === undefined ? 0 : Math.max(0, all.indexOf(from));
  const left = tries.reduce<readonly Rung[]>(
    (rungs, { rung }) => withoutFirst(rungs, rung),
    all.slice(start),
  );
  return left[0];
}

function withoutFirst(rungs: readonly Rung[], gone: Rung): readonly Rung[] {
  const at = rungs.indexOf(gone);
  return at < 0 ? rungs : [...rungs.slice(0, at), ...rungs.slice(at + 1)];
}

/**
 * Seconds within which a rung must have helped, from its begin: a run command's 99th percentile of 460 s bounds the
 * scripts, a machine's 447 s, its agent's 300 s and its setup's the others (docs/azure.md).
 */
export const rungLimitSeconds: Readonly<Record<Rung, number>> = {
  'tunnel-up': 8 * 60,
  'ipsec-restart': 8 * 60,
  configure: 12 * 60,
  'other-edge': 8 * 60,
  start: 8 * 60,
  redeploy: 15 * 60,
  replace: 25 * 60,
};

/** The rung that may still help, when there is one. */
export function openTry(remedy: Remedy | undefined): Try | undefined {
  const last = remedy?.tries.at(-1);
  return last?.endedAt === undefined ? last : undefined;
}

/** Ends the open try. */
export function endTry(remedy: Remedy, result: 'helped' | 'did-not-help', now: Date): Remedy {
  const open = openTry(remedy);
  if (open === undefined) return remedy;
  return {
    ...remedy,
    tries: [...remedy.tries.slice(0, -1), { ...open, endedAt: now.toISOString(), result }],
  };
}

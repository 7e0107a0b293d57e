/** Which tunnels are up, and which one should new connections take? As the rendered program's `judge` and `choose`. */

/** State of one tunnel. */
export interface Health {
  readonly isUp: boolean;
  readonly isChecked: boolean;
  readonly successes: number;
  readonly failures: number;
  /** Seconds since the epoch at the last change of `isUp`. */
  readonly since: number;
}

/** The rendered numbers. */
export interface CheckConfig {
  readonly failuresDown: number;
  readonly successesUp: number;
  /** The first tunnel is taken again after it was up for so long. */
  readonly stableSeconds: number;
}

/** A tunnel that nobody has looked at. */
export const unchecked: Health = { isUp: false, isChecked: false, successes: 0, failures: 0, since: 0 };

/** State after one more check; the very first success counts at once. */
export function judge(
  { isUp, isChecked, successes, failures, since }: Health,
  succeeded: boolean,
  { failuresDown, successesUp }: CheckConfig,
  now: number,
): Health {
  const willBeUp = succeeded
    ? isUp || !isChecked || successes + 1 >= successesUp
    : isUp && failures + 1 < failuresDown;
  return {
    isUp: willBeUp,
    isChecked: isChecked || succeeded,
    successes: succeeded ? successes + 1 : 0,
    failures: succeeded ? 0 : failures + 1,
    since: willBeUp === isUp ? since : now,
  };
}

/**
 * Role of the tunnel that new connections should take; the first one is preferred once it is stable. A tunnel that no
 * check has ended for yet isn't down.
 */
export function chooseTunnel(
  states: ReadonlyMap<string, Health>,
  current: string | undefined,
  now: number,
  stableSeconds: number,
): string | undefined {
  const [first] = states;
  const inUse = current === undefined ? undefined : states.get(current);
  if (inUse !== undefined && !inUse.isChecked && inUse.failures === 0) return current;
  if (inUse?.isUp !== true) return [...states].find(([, { isUp }]) => isUp)?.[0] ?? current;
  if (first === undefined) return current;
  const [role, { isUp, since }] = first;
  return isUp && now - since >= stableSeconds ? role : current;
}

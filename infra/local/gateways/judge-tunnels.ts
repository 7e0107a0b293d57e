/** Which tunnels are up, and which one should new connections take? As the rendered program's `judge` and `choose`. */

/** State of one tunnel. */
export interface Health {
  readonly isUp: boolean;
  /** A request through it has succeeded. */
  readonly isChecked: boolean;
  readonly successes: number;
  readonly failures: number;
  /** Seconds since the epoch at the last change of `isUp`. */
  readonly since: number;
  /** Begin of the failures in a row. */
  readonly failingSince?: number;
  /** Begin of the child SA's absence. */
  readonly missingSince?: number;
}

/** The rendered numbers. */
export interface CheckConfig {
  readonly failuresDown: number;
  readonly successesUp: number;
  /** The first tunnel is taken again after it was up for so long. */
  readonly stableSeconds: number;
}

/** One check. */
export interface Check {
  readonly isAnswered: boolean;
  /** Whether the child SA stands; `undefined` when pluto didn't say. */
  readonly child: boolean | undefined;
}

/** A tunnel that nobody has looked at. */
export const unchecked: Health = { isUp: false, isChecked: false, successes: 0, failures: 0, since: 0 };

/** State after one more check; the very first success counts at once. */
export function judge(before: Health, { isAnswered, child }: Check, rules: CheckConfig, now: number): Health {
  const { isUp, isChecked, successes, failures, since } = before;
  const missingSince =
    child === true ? undefined : (before.missingSince ?? (child === false ? now : undefined));
  const missing = missingSince === undefined ? {} : { missingSince };
  if (isAnswered && child !== false) {
    const willBeUp = isUp || !isChecked || successes + 1 >= rules.successesUp;
    return {
      ...{ isUp: willBeUp, isChecked: true, successes: successes + 1, failures: 0, ...missing },
      since: willBeUp === isUp ? since : now,
    };
  }
  const willBeUp = isUp && failures + 1 < rules.failuresDown;
  return {
    ...{ isUp: willBeUp, isChecked, successes: 0, failures: failures + 1, ...missing },
    failingSince: before.failingSince ?? now,
    since: willBeUp === isUp ? since : now,
  };
}

/** Judged down, which isn't the same as not up: after a start nothing is known of a tunnel at first. */
export function isDown({ isUp, isChecked, failures }: Health, { failuresDown }: CheckConfig): boolean {
  return !isUp && (isChecked || failures >= failuresDown);
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

/** How does a command leave the place where it stands? */

/** `exit`, or a failure under `set -e`. */
export class Ended extends Error {
  constructor(readonly status: number) {
    super(`exit ${status}`);
  }
}

/** `return`; without a status it is that of the last command. */
export class Returned extends Error {
  constructor(readonly status: number | undefined) {
    super('return');
  }
}

/** `break` or `continue`. */
export class LoopLeft extends Error {
  constructor(readonly how: 'break' | 'continue') {
    super(how);
  }
}

/** Runs a loop's body once; `break` and `continue` succeed, and `break` makes it the last time. */
export async function onePass(
  body: () => Promise<number>,
): Promise<{ readonly status: number; readonly isLast: boolean }> {
  try {
    return { status: await body(), isLast: false };
  } catch (signal) {
    if (!(signal instanceof LoopLeft)) throw signal;
    return { status: 0, isLast: signal.how === 'break' };
  }
}

/** How is something awaited that may be cut off? */

/**
 * Waits for work, or for the first of the signals.
 *
 * @returns what the work gave, or `undefined` when a signal aborted before; the work isn't ended by that
 */
export async function unlessAborted<T>(
  work: Promise<T>,
  ...signals: readonly AbortSignal[]
): Promise<T | undefined> {
  if (signals.some((signal) => signal.aborted)) return undefined;
  let listener: () => void = () => undefined;
  const cut = new Promise<undefined>((resolve) => {
    listener = () => {
      resolve(undefined);
    };
    // Not by AbortSignal.any, of which a machine's signal would keep one for each request until its power goes.
    for (const signal of signals) signal.addEventListener('abort', listener);
  });
  try {
    return await Promise.race([work, cut]);
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', listener);
  }
}

/** Waits for a signal. */
export function aborted(signal: AbortSignal): Promise<undefined> {
  return unlessAborted(never(), signal);
}

/** What never ends by itself; a new one each time, since a shared one would keep whoever ever waited for it. */
export function never(): Promise<never> {
  return new Promise<never>(() => undefined);
}

/** How does time pass on a modelled machine? By the process's timers, which the region's clock may have replaced. */

/** The machine lost its power, or the script was cancelled: whatever was waiting never goes on. */
export class Stopped extends Error {}

/** Lets seconds pass; rejects with `Stopped` once the signal is aborted. */
export function wait(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new Stopped());
      return;
    }
    const stop = () => {
      clearTimeout(timer);
      reject(new Stopped());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, seconds * 1000);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Calls back after seconds unless the signal is aborted first; the result takes the call back. */
export function after(seconds: number, signal: AbortSignal, call: () => void): () => void {
  if (signal.aborted) return () => undefined;
  const cancel = () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  };
  const timer = setTimeout(() => {
    signal.removeEventListener('abort', cancel);
    call();
  }, seconds * 1000);
  signal.addEventListener('abort', cancel, { once: true });
  return cancel;
}

/** Does anything run in this process? Asked between two turns of its event loop. */

/** What is there all the time, or waits for somebody outside: none of it goes on by itself. */
const resting: ReadonlySet<string> = new Set([
  'PipeWrap',
  'ProcessWrap',
  'SignalWrap',
  'TCPServerWrap',
  'TCPSocketWrap',
  'TTYWrap',
  'Timeout',
]);

/** Turns of the event loop in which nothing was seen to run, until it is believed. */
const quietTurns = 2;

/**
 * Waits until nothing runs: no callback is pending but those of timers, no file is read or written, no module loaded.
 * Work of the thread pool that Node doesn't tell of (WebCrypto, asynchronous zlib) isn't seen. A module loaded through
 * hooks is seen, yet when their thread answers is chance: whatever must be the same twice runs without a loader.
 *
 * @param nextTurn the process's own `setImmediate`
 */
export function untilQuiet(nextTurn: (callback: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    let quiet = 0;
    const look = () => {
      quiet = isQuiet() ? quiet + 1 : 0;
      if (quiet >= quietTurns) resolve();
      else nextTurn(look);
    };
    nextTurn(look);
  });
}

function isQuiet(): boolean {
  return process.getActiveResourcesInfo().every((kind) => resting.has(kind));
}

/** How does a script end that somebody interrupts? At once, with its children. */

/** Lets a signal end the process by `exit`, at which children are killed; a signal's own end would leave them behind. */
export function exitOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
}

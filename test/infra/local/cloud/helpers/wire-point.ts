/** What is known of Azure's answers, a point at a time: its name, and the proof that the simulated one answers so. */

/** One point. */
export interface WirePoint {
  /** What Azure does, in a sentence. */
  readonly point: string;
  /** Fails when the simulated Azure does otherwise. */
  readonly holds: () => void | Promise<void>;
}

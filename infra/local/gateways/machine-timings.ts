/** How long did a machine's steps take? Each is told once, for the machine's first time. */

/** Seconds of one machine; what hasn't happened yet is absent. */
export interface MachineTimings {
  /** From power until the agent runs. */
  readonly bootSeconds?: number;
  /** From the agent until cloud-init's end. */
  readonly cloudInitSeconds?: number;
  /** From pluto's start until the first child SA. */
  readonly ikeSeconds?: number;
  /** From the first child SA until the first request was answered through a tunnel. */
  readonly firstRequestSeconds?: number;
  /** The first script, from its arrival to its end: it holds waiting for cloud-init, IKE and the first request. */
  readonly scriptSeconds?: number;
}

/** Collects timings. */
export class Timings {
  private readonly seconds = new Map<keyof MachineTimings, number>();

  once(step: keyof MachineTimings, seconds: number): void {
    if (!this.seconds.has(step)) this.seconds.set(step, seconds);
  }

  all(): MachineTimings {
    return Object.fromEntries(this.seconds);
  }
}

/** Which machines have power, and is their agent ready? What happens inside is the guests' matter. */
import type { Clock } from './clock.js';
import type { Draw } from './durations.js';
import type { Guest, Guests, Machine } from './guests.js';
import { idKey } from './arm-id.js';

/** A machine with power. */
interface Running {
  readonly guest: Guest;
  readonly power: AbortController;
  /** Ends when the agent takes commands, or when power goes. */
  readonly agentReady: Promise<boolean>;
  readonly decideAgent: (isReady: boolean) => void;
  agentIsReady: boolean;
}

/** What was drawn for one machine, in seconds; a bench adds it up. */
export interface MachineDraws {
  readonly id: string;
  agentReadySeconds?: number;
  runCommandSeconds?: number;
}

/** The machines that run. */
export class Machines {
  readonly #running = new Map<string, Running>();
  readonly #draws = new Map<string, MachineDraws>();

  constructor(
    private readonly guests: Guests,
    private readonly draw: Draw,
    private readonly clock: Clock,
  ) {}

  draws(): readonly MachineDraws[] {
    return [...this.#draws.values()];
  }

  drawsOf(id: string): MachineDraws {
    const known = this.#draws.get(idKey(id)) ?? { id };
    this.#draws.set(idKey(id), known);
    return known;
  }

  /** Gives a machine power. */
  powerOn(machine: Machine): void {
    let decideAgent: Running['decideAgent'] = () => undefined;
    const agentReady = new Promise<boolean>((resolve) => {
      decideAgent = resolve;
    });
    this.#running.set(idKey(machine.id), {
      guest: this.guests.boot(machine),
      power: new AbortController(),
      agentReady,
      decideAgent,
      agentIsReady: false,
    });
  }

  /** The machine is provisioned: its agent takes commands some time later. */
  provisioned(id: string): void {
    const running = this.#running.get(idKey(id));
    if (running === undefined) return;
    const seconds = this.draw('guest-agent.ready');
    this.drawsOf(id).agentReadySeconds = seconds;
    void this.clock.pause(seconds, running.power.signal).then(() => {
      running.agentIsReady = !running.power.signal.aborted;
      running.decideAgent(running.agentIsReady);
    });
  }

  powerOff(id: string): void {
    const running = this.#running.get(idKey(id));
    running?.power.abort();
    running?.decideAgent(false);
    running?.guest.powerOff();
    this.#running.delete(idKey(id));
  }

  /** Power is gone and the disk too. */
  forget(id: string): void {
    this.powerOff(id);
    this.guests.forget(id);
  }

  /** What is inside a machine that has power. */
  guest(id: string): Guest | undefined {
    return this.#running.get(idKey(id))?.guest;
  }

  /** Aborts when the machine's power goes; `undefined` for one that has none. */
  power(id: string): AbortSignal | undefined {
    return this.#running.get(idKey(id))?.power.signal;
  }

  isAgentReady(id: string): boolean {
    return this.#running.get(idKey(id))?.agentIsReady ?? false;
  }

  /** Ends with true when the agent takes commands, with false when power went before that. */
  whenAgentReady(id: string): Promise<boolean> {
    return this.#running.get(idKey(id))?.agentReady ?? Promise.resolve(false);
  }

  /** Ends everything, for the end of the cloud. */
  close(): void {
    for (const id of [...this.#running.keys()]) this.powerOff(id);
  }
}

/** Which machines have power, do they answer, and is their agent ready? What happens inside is the guests' matter. */
import { setMaxListeners } from 'node:events';
import type { Clock } from './clock.js';
import type { Draw } from './durations.js';
import type { Guest, Guests, Machine } from './guests.js';
import { idKey } from './arm-id.js';
import { never } from './signals.js';

/** What Azure says of a machine's power; one that was never booted has none of them. */
export type PowerState = 'starting' | 'running' | 'stopping' | 'stopped' | 'deallocating' | 'deallocated';

/** A machine with power. */
interface Running {
  readonly guest: Guest;
  readonly power: AbortController;
  /** Aborts when the machine hangs. */
  readonly hang: AbortController;
  /** Either of them: one for all who ask, since signals keep what is made of them. */
  readonly silence: AbortSignal;
  /** Ends when the agent takes commands, or when power goes. */
  readonly agentReady: Promise<boolean>;
  readonly decideAgent: (isReady: boolean) => void;
  agentIsReady: boolean;
  /** Ends with the pause, while the platform pauses the machine. */
  pause: Promise<void> | undefined;
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
  readonly #powerStates = new Map<string, PowerState>();
  readonly #draws = new Map<string, MachineDraws>();
  readonly #powerListeners: ((id: string, isOn: boolean) => void)[] = [];

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

  /** Tells a listener from now on when a machine gets or loses power. */
  onPower(listener: (id: string, isOn: boolean) => void): void {
    this.#powerListeners.push(listener);
  }

  /** Gives a machine power. */
  powerOn(machine: Machine): void {
    let decideAgent: Running['decideAgent'] = () => undefined;
    const agentReady = new Promise<boolean>((resolve) => {
      decideAgent = resolve;
    });
    const [power, hang] = [new AbortController(), new AbortController()];
    const silence = AbortSignal.any([power.signal, hang.signal]);
    // As many requests as there are wait for it.
    setMaxListeners(0, silence);
    this.#running.set(idKey(machine.id), {
      guest: this.guests.boot(machine),
      ...{ power, hang, silence },
      agentReady,
      decideAgent,
      agentIsReady: false,
      pause: undefined,
    });
    this.#powerStates.set(idKey(machine.id), 'running');
    for (const listener of this.#powerListeners) listener(machine.id, true);
  }

  /** What Azure says of a machine's power; `undefined` before its first boot. */
  powerState(id: string): PowerState | undefined {
    return this.#powerStates.get(idKey(id));
  }

  /** Says what happens to a machine's power, where that isn't seen from its power alone. */
  setPowerState(id: string, state: PowerState): void {
    this.#powerStates.set(idKey(id), state);
  }

  /**
   * Lets a machine hang: it has power, and answers nothing and nobody until it is booted again. A machine without power
   * can't hang.
   */
  hang(id: string): void {
    const running = this.#running.get(idKey(id));
    if (running === undefined) throw new Error(`The machine ${id} has no power that it could hang with.`);
    running.hang.abort();
    running.agentIsReady = false;
  }

  /** Pauses a machine, memory and connections kept, as maintenance does; one without power has nothing to pause. */
  async freeze(id: string, seconds: number): Promise<void> {
    const running = this.#running.get(idKey(id));
    if (running === undefined) return;
    running.pause = this.clock.pause(seconds, running.power.signal);
    await running.pause;
    running.pause = undefined;
  }

  /** The machine is provisioned: its agent takes commands some time later. */
  provisioned(id: string): void {
    const running = this.#running.get(idKey(id));
    if (running === undefined) return;
    const seconds = this.draw('guest-agent.ready');
    this.drawsOf(id).agentReadySeconds = seconds;
    void this.clock.pause(seconds, running.power.signal).then(() => {
      // Who waits for the agent of a machine that hangs waits on.
      if (running.hang.signal.aborted) return;
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
    if (running !== undefined) for (const listener of this.#powerListeners) listener(id, false);
  }

  /** Power is gone and the disk too. */
  forget(id: string): void {
    this.powerOff(id);
    this.#powerStates.delete(idKey(id));
    this.guests.forget(id);
  }

  /** What is inside a machine that has power; one that hangs is there, and does nothing. */
  guest(id: string): Guest | undefined {
    const running = this.#running.get(idKey(id));
    if (running === undefined) return undefined;
    if (running.hang.signal.aborted) return hungGuest;
    return running.pause === undefined ? running.guest : pausedGuest(running.guest, running.pause);
  }

  /** Aborts when nothing comes back from the machine any more: it hangs, or its power goes. */
  silence(id: string): AbortSignal | undefined {
    return this.#running.get(idKey(id))?.silence;
  }

  /** Aborts when the machine hangs; `undefined` for one without power. */
  hanging(id: string): AbortSignal | undefined {
    return this.#running.get(idKey(id))?.hang.signal;
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

/** A machine that is paused answers when it goes on; TCP and people wait that long. */
function pausedGuest(guest: Guest, pause: Promise<void>): Guest {
  return {
    runScript: (run) => pause.then(() => guest.runScript(run)),
    probe: (port, path) => pause.then(() => guest.probe(port, path)),
    request: (request) => pause.then(() => guest.request(request)),
    powerOff: () => guest.powerOff(),
  };
}

/** A machine that hangs. */
const hungGuest: Guest = {
  runScript: never,
  probe: () => Promise.resolve(undefined),
  request: () => Promise.resolve({ kind: 'dropped', because: 'the machine hangs' }),
  powerOff: () => undefined,
};

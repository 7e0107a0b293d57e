/** What was deployed? The requests that made each machine, so that a script can send them again for another one. */
import type { Exchange } from '../../infra/local/cloud/server.js';

/** A PUT as it was sent. */
export interface Put {
  /** Path and query. */
  readonly target: string;
  readonly body: unknown;
}

/** How a slot's newest machine was made and set up. */
export interface SlotDeployment {
  readonly machine: Put;
  /** The PSK stands in its protected parameters, as in a script's parameter file; nothing of it is told. */
  readonly setup: Put;
}

const machinePath = /\/virtualMachines\/vm-(.+)-g\d+(\/runCommands\/setup)?\?/;

/** Remembers the newest PUT of each machine and of its setup. */
export class Deployed {
  readonly #machines = new Map<string, Put>();
  readonly #setups = new Map<string, Put>();

  see({ method, target, body, status }: Exchange): void {
    const [, slot, setup] = machinePath.exec(target) ?? [];
    if (method !== 'PUT' || slot === undefined || status >= 300) return;
    (setup === undefined ? this.#machines : this.#setups).set(slot, { target, body });
  }

  /** @throws Error when the slot's machine was not made and set up yet */
  of(slot: string): SlotDeployment {
    const machine = this.#machines.get(slot);
    const setup = this.#setups.get(slot);
    if (machine === undefined || setup === undefined) throw new Error(`Nothing was deployed for ${slot}.`);
    return { machine, setup };
  }
}

/** The same for the next generation: machine, disk and tags are named by it. */
export function nextGeneration({ machine, setup }: SlotDeployment): SlotDeployment {
  const [, slot, generation] = /\/virtualMachines\/vm-(.+)-g(\d+)\?/.exec(machine.target) ?? [];
  if (slot === undefined || generation === undefined) throw new Error(`${machine.target} names no machine.`);
  const next = String(Number(generation) + 1);
  const renamed = (text: string) =>
    text
      .replaceAll(`vm-${slot}-g${generation}`, `vm-${slot}-g${next}`)
      .replaceAll(`"tunnelkeeper-generation":"${generation}"`, `"tunnelkeeper-generation":"${next}"`);
  const put = ({ target, body }: Put): Put => ({
    target: renamed(target),
    body: JSON.parse(renamed(JSON.stringify(body))) as unknown,
  });
  return { machine: put(machine), setup: put(setup) };
}

/** How does the power of all machines of a subscription stand? One list. */
import type { MachineList } from '../site/looks-off.js';
import type { Outcome } from '../site/problem.js';
import { computeClient } from './clients.js';
import { outcomeOf } from './problem-of-error.js';
import { powerOf } from './virtual-machines.js';

/** Pages that are read of a subscription; at 100 machines a page far above what a fleet of 1,000 sites has. */
const maxPages = 100;

/** Longest time for one list; the sweep has a minute. */
const timeoutMs = 30_000;

/** A list of machines, and what it cost. */
export interface CountedMachines extends MachineList {
  readonly calls: number;
}

/**
 * Lists the machines of a subscription with their power states.
 *
 * @returns the list; not complete when it has more pages than are read. A page that fails makes the whole list a
 *   problem, since half a list says of no machine that it is gone.
 */
export function listMachinePower(subscriptionId: string): Promise<Outcome<CountedMachines>> {
  return outcomeOf({ verb: 'read', what: `the machines of subscription ${subscriptionId}` }, async () => {
    const { virtualMachines } = await computeClient(subscriptionId);
    const abortSignal = AbortSignal.timeout(timeoutMs);
    const pages = virtualMachines.listAll({ statusOnly: 'true', abortSignal }).byPage();
    const power = new Map<string, ReturnType<typeof powerOf>>();
    let calls = 0;
    for await (const page of pages) {
      calls++;
      for (const machine of page) power.set((machine.id ?? '').toLowerCase(), powerOf(machine));
      if (calls >= maxPages) return { power, isComplete: false, calls };
    }
    return { power, isComplete: true, calls };
  });
}

/** What can be seen of the machines of a region, and done to them, be they modelled or real? */
import type { Guests } from '../cloud/guests.js';
import type { GuestTrouble } from './guest-trouble.js';

/** The machines' insides, and what is seen of them from outside. */
export interface ObservedGuests extends Guests {
  /** Packets of the proxied flow that left outside ESP, over all machines that there ever were. */
  leaks(): number;
  /** Lets something go wrong on a machine that runs; throws when there is none of this name. */
  trouble(machineName: string, what: GuestTrouble): void | Promise<void>;
}

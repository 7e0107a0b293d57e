/** Which members of pools has somebody taken out, or in, whatever the probe says? */
import { idKey } from './arm-id.js';

/** As documented; `None` leaves it to the probe. */
export const adminStates = ['None', 'Up', 'Down'] as const;

export type AdminState = (typeof adminStates)[number];

interface Entry {
  readonly poolId: string;
  readonly configurationId: string;
  shown: AdminState;
  effective: AdminState;
}

/** Admin states by pool and by the configuration of a network interface in it; they end with its membership. */
export class AdminStates {
  readonly #entries = new Map<string, Entry>();

  /** What a read shows: what was written last. */
  shown(poolId: string, configurationId: string): AdminState {
    return this.#entries.get(keyOf(poolId, configurationId))?.shown ?? 'None';
  }

  /** What the balancer obeys: what was written last by an operation that is over. */
  effective(poolId: string, configurationId: string): AdminState {
    return this.#entries.get(keyOf(poolId, configurationId))?.effective ?? 'None';
  }

  set(poolId: string, configurationId: string, state: AdminState): void {
    const key = keyOf(poolId, configurationId);
    const entry = this.#entries.get(key) ?? { poolId, configurationId, shown: state, effective: 'None' };
    entry.shown = state;
    this.#entries.set(key, entry);
  }

  /** What was written for a balancer's pools is in force from now on. */
  apply(balancerId: string): void {
    for (const entry of this.#entries.values()) {
      if (isOf(balancerId, entry.poolId)) entry.effective = entry.shown;
    }
  }

  /** Forgets what was said of a network interface where it is no member any more. */
  leave(
    networkInterfaceId: string,
    isStillMember: (poolId: string, configurationId: string) => boolean,
  ): void {
    for (const [key, { poolId, configurationId }] of this.#entries) {
      if (isOf(networkInterfaceId, configurationId) && !isStillMember(poolId, configurationId)) {
        this.#entries.delete(key);
      }
    }
  }

  /** Forgets a balancer that is gone. */
  forgetBalancer(balancerId: string): void {
    for (const [key, { poolId }] of this.#entries) {
      if (isOf(balancerId, poolId)) this.#entries.delete(key);
    }
  }
}

function keyOf(poolId: string, configurationId: string): string {
  return `${idKey(poolId)} ${idKey(configurationId)}`;
}

function isOf(parentId: string, childId: string): boolean {
  return idKey(childId).startsWith(`${idKey(parentId)}/`);
}

/** What do the processes of a region in parts tell each other? */
import type { CloudSeen } from '../region/find-doubles.js';

/** A clock that all of them share, also those that are started later. */
export interface SharedClock {
  readonly speed: number;
  /** Where time starts, and when by the real clock; in milliseconds since the epoch. */
  readonly startAt: number;
  readonly realStart: number;
}

/** How a cloud is wanted. */
export interface CloudWish {
  readonly clock: SharedClock;
  readonly seed: number;
  /** The same for every cloud: the vault outlives them. */
  readonly vaultSeed: number;
  readonly storage: string;
}

/** How a host is wanted; its settings are its environment. */
export interface HostWish {
  readonly clock: SharedClock;
  readonly port: number;
  /** The app's module, as an absolute path. */
  readonly appFile: string;
  readonly journal: string;
  readonly timers: string;
}

/** What the cloud's process says; `settings` asks for a host, which is answered with `HostIsUp`. */
export type FromCloud =
  | { readonly kind: 'settings'; readonly settings: Readonly<Record<string, string>> }
  | { readonly kind: 'up' }
  | ({ readonly kind: 'seen'; readonly leaks: number } & CloudSeen);

/** What the cloud's process is told. */
export type ToCloud = { readonly kind: 'host'; readonly url: string } | { readonly kind: 'look' };

/** What the host's process says once it listens. */
export interface FromHost {
  readonly url: string;
}

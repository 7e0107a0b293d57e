/** How long does each service think about a request? */
import type { Clock } from './clock.js';
import type { Draw } from './durations.js';
import type { WireRequest } from './wire.js';
import type { World } from './world.js';

/** Makes the wait before each request is looked at; the simulator itself doesn't wait. */
export function latencyOf(world: World, clock: Clock, draw: Draw) {
  return ({ host, method, path }: WireRequest): Promise<void> => {
    if (path.startsWith('/sim/')) return Promise.resolve();
    const service = host === world.vaultHost ? 'key-vault' : 'arm';
    return clock.pause(draw(`${service}.${method === 'GET' ? 'read' : 'write'}`));
  };
}

/** Runs the simulated Azure, its gateways, the far side, the operator and the clients, until it is killed. */
import { installScaledClock } from '../../infra/local/region/scaled-clock.js';
import type { CloudWish, FromCloud, ToCloud } from './parts.js';

const wish = JSON.parse(process.argv[2] ?? '{}') as CloudWish; // written by region-in-parts.ts
process.once('disconnect', () => process.exit(1));
installScaledClock(wish.clock.speed, wish.clock.startAt, wish.clock.realStart);
const { startRegionAround } = await import('../../infra/local/region/region.js');

const tell = (message: FromCloud) => process.send?.(message);
const region = await startRegionAround(
  {
    ...{ port: 0, seed: wish.seed, vaultSeed: wish.vaultSeed, log: () => undefined },
    startStorage: () => Promise.resolve({ connectionString: wish.storage, close: () => Promise.resolve() }),
  },
  { prepare: () => Promise.resolve(), start: startElsewhere },
);
process.on('message', ({ kind }: ToCloud) => {
  if (kind !== 'look') return;
  const { cloud, guests } = region;
  tell({ kind: 'seen', leaks: guests.leaks(), operations: cloud.operations(), resources: cloud.resources() });
});
tell({ kind: 'up' });

/** Has the host started by whoever will kill it. */
function startElsewhere(settings: Readonly<Record<string, string>>) {
  const started = new Promise<string>((resolve) => {
    process.once('message', (message: ToCloud) => {
      if (message.kind === 'host') resolve(message.url);
    });
  });
  tell({ kind: 'settings', settings });
  return started.then((url) => ({ url, close: () => Promise.resolve() }));
}

/** Runs the local host on a scaled clock, prints its address, and ends when its standard input does. */
import { join } from 'node:path';
import { installScaledClock } from '../../../infra/local/region/scaled-clock.js';
import type { LocalHostWish } from './local-host.js';

const wish = JSON.parse(process.argv[2] ?? '{}') as LocalHostWish; // written by local-host.ts
installScaledClock(wish.speed, wish.clockBeganAt + (Date.now() - wish.clockBeganAt) * wish.speed);
const { startHost } = await import('../../../infra/local/host/host.js');
const host = await startHost({
  appFile: wish.appFile,
  port: 0,
  hostJson: wish.hostJson,
  log: () => undefined,
  key: wish.keys,
  timers: wish.folder,
  journal: join(wish.folder, 'journal'),
});
process.stdout.write(`${host.url}\n`);
process.stdin.resume().on('end', () => void host.close().then(() => process.exit(0)));

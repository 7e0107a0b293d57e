/** Plays an hour in virtual time with everything that a process may wait for, and tells what happened: one line each. */
import { installVirtualTime } from '../../../../infra/local/region/virtual/install.js';

const seed = Number(process.argv[2]);
const clock = installVirtualTime(seed, Date.UTC(2026, 0, 5, 8));
const { randomUUID, randomInt } = await import('node:crypto');
const { readFile } = await import('node:fs/promises');
const { createServer, get } = await import('node:http');
const { setTimeout: pause } = await import('node:timers/promises');
const { promisify } = await import('node:util');

const tell = (what: string) => process.stdout.write(`${new Date().toISOString()} ${what}\n`);
const server = createServer((request, response) => {
  setTimeout(() => response.end(`answer to ${request.url ?? ''}`), 250);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = server.address();
const base = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;

const viaFetch = async (path: string) => {
  tell(await (await fetch(`${base}${path}`, { method: 'POST', body: 'asked' })).text());
};
const viaHttp = (path: string) =>
  new Promise<void>((resolve) => {
    get(`${base}${path}`, (answer) => {
      answer.resume().once('end', () => {
        tell(`got ${path} by http`);
        resolve();
      });
    });
  });

for (let turn = 0; turn < 5; turn++) setTimeout(() => void tell(`at once ${turn}`), 60_000);
setInterval(() => void tell(`interval ${randomUUID()} ${randomInt(1000)} ${Math.random()}`), 15 * 60_000);
AbortSignal.timeout(30_000).addEventListener('abort', () => void tell('given up'));
setTimeout(() => void Promise.all([viaFetch('/a'), viaHttp('/b'), viaFetch('/c')]), 120_000);
setTimeout(() => {
  void readFile(new URL(import.meta.url)).then(() => tell('file read'));
}, 180_000);
void pause(40 * 60_000, 'paused').then(tell);
void promisify(setTimeout)(41 * 60_000, 'promised').then(tell);
const renewed = setTimeout(() => void tell('renewed'), 10 * 60_000);
for (const minutes of [5, 8]) setTimeout(() => renewed.refresh(), minutes * 60_000);
// Between the time at which the other would have been due and that at which it is.
for (const minutes of [11, 12, 13, 14]) setTimeout(() => void tell(`after ${minutes}`), minutes * 60_000);
const real = clock.realNow();
await clock.pass(3600);
tell(clock.realNow() - real < 30_000 ? 'an hour has passed in moments' : 'too slow to be a jump');
process.exit(0);

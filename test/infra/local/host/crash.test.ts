/** What is left of an orchestration when the host crashes before or after one of its activities? */
import { expect, jest, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, startSmallApp } from './start-small-app.js';

jest.setTimeout(30_000);

test.each([
  { when: 'an activity was about to begin', at: 'double begins', ran: 0 },
  { when: 'an activity had ended and nobody knew', at: 'double ended', ran: 2 },
])('host has forgotten the instance, and its $ran calls, when it crashed as $when', async ({ at, ran }) => {
  const app = await startSmallApp({ CRASH_AT: at });
  try {
    await app.start('fan', 4).catch(() => undefined); // the status may be gone before it is asked for
    const instance = `${app.url}/runtime/webhooks/durabletask/instances/fan`;
    await eventually('the crash', async () => ((await fetch(instance)).status === 404 ? true : undefined));
    expect((await app.seen()).doubled).toBe(ran);
    expect((await fetch(instance)).status).toBe(404);
    await app.start('fan', 4);
    expect(await app.outcome('fan')).toMatchObject({ runtimeStatus: 'Completed', output: [8, 10] });
    expect((await app.seen()).doubled).toBe(ran + 2);
  } finally {
    await app.close();
  }
});

test.each([
  { when: 'an activity was about to begin', at: 'double begins', ran: 2 },
  { when: 'an activity had ended and nobody knew', at: 'double ended', ran: 4 },
])(
  'host goes on from its journal, with $ran calls in all, when it was killed as $when',
  async ({ at, ran }) => {
    const journal = mkdtempSync(join(tmpdir(), 'kill-'));
    const app = await startSmallApp({ KILL_AT: at, JOURNAL: journal });
    try {
      await app.start('fan', 4).catch(() => undefined); // its status is asked for while the host is killed
      expect(await app.outcome('fan')).toMatchObject({ runtimeStatus: 'Completed', output: [8, 10] });
      expect((await app.seen()).doubled).toBe(ran);
    } finally {
      await app.close();
      rmSync(journal, { recursive: true });
    }
  },
);

test('host has the instances of the last one over its journal, and none when its hub was lost', async () => {
  const journal = mkdtempSync(join(tmpdir(), 'lost-'));
  const instance = (url: string) => fetch(`${url}/runtime/webhooks/durabletask/instances/fan`);
  try {
    const first = await startSmallApp({ JOURNAL: journal });
    await first.start('fan', 4);
    await first.outcome('fan');
    await first.close();
    const second = await startSmallApp({ JOURNAL: journal, CRASH_AT: 'double ended' });
    expect(await (await instance(second.url)).json()).toMatchObject({ output: [8, 10] });
    await second.start('eternal', 1).catch(() => undefined);
    await eventually('the crash', async () =>
      (await instance(second.url)).status === 404 ? true : undefined,
    );
    await second.close();
    const third = await startSmallApp({ JOURNAL: journal });
    expect((await instance(third.url)).status).toBe(404);
    await third.close();
  } finally {
    rmSync(journal, { recursive: true });
  }
});

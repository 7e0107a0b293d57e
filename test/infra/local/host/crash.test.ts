/** What is left of an orchestration when the host crashes before or after one of its activities? */
import { expect, jest, test } from '@jest/globals';
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

/** What does a modelled gateway report, when, and what if nobody takes it? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Report } from '../../../../infra/local/gateways/outbox.js';
import { readReport } from '../../../../shared/site/read-report.js';
import { aWorld, pass, twoTunnels, type World } from './a-world.js';

beforeEach(() => void jest.useFakeTimers({ advanceTimers: false }));
afterEach(() => void jest.useRealTimers());

const url = 'http://app.example/api/gateway-reports';

interface Sent {
  readonly at: number;
  readonly url: string;
  readonly report: Report;
}

/** A gateway that serves, and what it has reported since it was set up. */
async function reporting(
  isTaken: () => boolean = () => true,
  setting: Parameters<typeof aWorld>[0] = {},
): Promise<{ readonly world: World; readonly sent: Sent[] }> {
  const sent: Sent[] = [];
  const world = aWorld({
    config: { tunnels: twoTunnels, reports: { url } },
    report: (to, report) => {
      sent.push({ at: Date.now() / 1000, url: to, report });
      return Promise.resolve(isTaken());
    },
    ...setting,
  });
  await world.setUp();
  await pass(60);
  return { world, sent };
}

test('a gateway reports that it serves once it does, where it is told, in the words that the app reads', async () => {
  const { sent } = await reporting();
  expect(sent.at(-1)).toMatchObject({
    url,
    report: {
      site: 'leeds',
      slot: 'leeds-z1-1',
      probe: 200,
      route: 'primary',
      tunnels: [
        { role: 'primary', isUp: true, trouble: null },
        { role: 'secondary', isUp: true, trouble: null },
      ],
    },
  });
  expect(sent.every(({ report }) => readReport(report).ok)).toBe(true);
});

test('a gateway that is told nothing of reports sends none', async () => {
  const { sent } = await reporting(() => true, { config: { tunnels: twoTunnels } });
  expect(sent).toEqual([]);
});

test('a gateway whose state stays reports nothing', async () => {
  const { sent } = await reporting();
  const { length } = sent;
  await pass(600);
  expect(sent).toHaveLength(length);
});

test('a tunnel that goes down is reported at once, with its trouble and where the route leads', async () => {
  const { world, sent } = await reporting();
  const { length } = sent;
  const began = Date.now() / 1000;
  world.edges.trouble('one', { down: true });
  await pass(25);
  const [first] = sent.slice(length);
  expect((first?.at ?? 0) - began).toBeLessThan(20);
  expect(first?.report).toMatchObject({
    probe: 200,
    route: 'secondary',
    tunnels: [{ role: 'primary', isUp: false, trouble: 'silent' }, { isUp: true }],
    changes: ['primary is down: silent', 'route leads to secondary'],
  });
});

test('changes within ten seconds become one report, of the newest state', async () => {
  const { world, sent } = await reporting();
  await pass(20);
  const { length } = sent;
  world.edges.trouble('two', { down: true });
  await pass(3);
  world.edges.trouble('one', { down: true });
  await pass(40);
  const [first, second] = sent.slice(length);
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(10);
  expect(second?.report).toMatchObject({ probe: 503, tunnels: [{ isUp: false }, { isUp: false }] });
});

test('a report that nobody takes is sent again after pauses that double, with what changed before', async () => {
  let isTaken = true;
  const { world, sent } = await reporting(() => isTaken);
  isTaken = false;
  const { length } = sent;
  world.edges.trouble('one', { down: true });
  await pass(120);
  const tries = sent.slice(length);
  const pauses = tries.slice(1).map(({ at }, index) => Math.round(at - (tries[index]?.at ?? 0)));
  expect(pauses.slice(0, 3)).toEqual([10, 20, 40]);
  expect(tries[2]?.report.changes).toEqual(expect.arrayContaining(['primary is down: silent']));
  isTaken = true;
  await pass(90);
  const { length: taken } = sent;
  await pass(300);
  expect(sent).toHaveLength(taken);
});

test('a report does not leave a machine whose rules let nothing out', async () => {
  const letsOut = ({ destinationPort }: { readonly destinationPort: number }) => destinationPort !== 443;
  const { world, sent } = await reporting(() => true, {
    config: { tunnels: twoTunnels, reports: { url } },
    host: { letsOut },
  });
  expect(sent).toEqual([]);
  expect(await world.probe()).toBe(200);
});

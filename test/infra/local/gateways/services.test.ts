/** Do services start in their order, wait for what they require, and come again as their units say? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { MachineDisk } from '../../../../infra/local/gateways/machine-disk.js';
import { Services, type Started } from '../../../../infra/local/gateways/services.js';
import { wait } from '../../../../infra/local/gateways/wait.js';

beforeEach(() => void jest.useFakeTimers({ advanceTimers: false }));
afterEach(() => void jest.useRealTimers());

interface Play {
  readonly services: Services;
  readonly events: string[];
  readonly power: AbortController;
}

/** Services whose programs take a second to start, or as the test says; what happens is kept in order. */
function play(units: Record<string, string>, launches: Record<string, () => Promise<Started>> = {}): Play {
  const disk = new MachineDisk();
  for (const [name, text] of Object.entries(units)) {
    disk.write(`/etc/systemd/system/${name}`, `${text}\n[Install]\nWantedBy=multi-user.target\n`, 0o644);
  }
  const events: string[] = [];
  const power = new AbortController();
  const services = new Services(disk, power.signal, async ({ name }, signal) => {
    events.push(`begin ${name}`);
    const launch = launches[name];
    if (launch === undefined) await wait(1, signal);
    const started = (await launch?.()) ?? { exitCode: 0 };
    events.push(`end ${name}`);
    return started;
  });
  for (const name of Object.keys(units)) services.enable(name);
  return { services, events, power };
}

const oneshot = '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/x';

test('a unit starts after those that it names in After, and after those that name it in Before', async () => {
  const { services, events } = play({
    'c.service': `[Unit]\nAfter=b.service\n${oneshot}`,
    'b.service': oneshot,
    'a.service': `[Unit]\nBefore=b.service\n${oneshot}`,
  });
  const started = services.startEnabled();
  await jest.advanceTimersByTimeAsync(3_000);
  await started;
  expect(events).toEqual(['a', 'b', 'c'].flatMap((name) => [`begin ${name}.service`, `end ${name}.service`]));
});

test('units without an order start together', async () => {
  const { services, events } = play({ 'a.service': oneshot, 'b.service': oneshot });
  const started = services.startEnabled();
  await jest.advanceTimersByTimeAsync(1_000);
  await started;
  expect(events.slice(0, 2)).toEqual(['begin a.service', 'begin b.service']);
});

test('a unit does not start when one that it requires fails', async () => {
  const { services, events } = play(
    { 'rule.service': oneshot, 'tunnel.service': `[Unit]\nRequires=rule.service\n${oneshot}` },
    { 'rule.service': () => Promise.resolve({ exitCode: 1 }) },
  );
  expect(await services.start('tunnel')).toBe(false);
  expect(events).toEqual(['begin rule.service', 'end rule.service']);
  expect(services.isActive('tunnel.service')).toBe(false);
});

test.each([
  { restart: 'on-failure', exitCode: 1, starts: 3 },
  { restart: 'always', exitCode: 1, starts: 3 },
  { restart: 'no', exitCode: 1, starts: 1 },
  { restart: 'on-failure', exitCode: 0, starts: 1 },
])(
  'a oneshot that ends with $exitCode is begun $starts times in 25 s under Restart=$restart',
  async (row) => {
    const { services, events } = play(
      { 'x.service': `${oneshot}\nRestart=${row.restart}\nRestartSec=10` },
      { 'x.service': () => Promise.resolve({ exitCode: row.exitCode }) },
    );
    expect(await services.start('x')).toBe(row.exitCode === 0);
    await jest.advanceTimersByTimeAsync(25_000);
    expect(events.filter((event) => event === 'begin x.service')).toHaveLength(row.starts);
    expect(services.isActive('x')).toBe(row.exitCode === 0);
    services.stop('x');
    expect(jest.getTimerCount()).toBe(0);
  },
);

test('a start fails when its time is over', async () => {
  const disk = new MachineDisk();
  disk.write('/etc/systemd/system/slow.service', `${oneshot}\nTimeoutStartSec=120`, 0o644);
  const services = new Services(disk, new AbortController().signal, async (_, signal) => {
    await wait(1_000, signal);
    return { exitCode: 0 };
  });
  const started = services.start('slow');
  await jest.advanceTimersByTimeAsync(119_900);
  expect(jest.getTimerCount()).toBeGreaterThan(0);
  await jest.advanceTimersByTimeAsync(200);
  expect(await started).toBe(false);
  expect(jest.getTimerCount()).toBe(0);
});

test('a second start waits for the first, and a restart begins anew', async () => {
  const { services, events } = play({ 'x.service': oneshot });
  const both = [services.start('x'), services.start('x')];
  await jest.advanceTimersByTimeAsync(1_000);
  expect(await Promise.all(both)).toEqual([true, true]);
  expect(await services.start('x')).toBe(true);
  expect(events).toEqual(['begin x.service', 'end x.service']);
  const again = services.restart('x');
  await jest.advanceTimersByTimeAsync(1_000);
  expect(await again).toBe(true);
  expect(events).toHaveLength(4);
});

test('a start that is stopped on its way fails, and one that the power stops never ends well', async () => {
  const { services, events, power } = play({ 'x.service': oneshot, 'y.service': oneshot });
  const first = services.start('x');
  services.stop('x');
  await jest.advanceTimersByTimeAsync(5_000);
  expect(await first).toBe(false);
  const second = services.start('y');
  power.abort();
  await expect(second).rejects.toThrow();
  expect(events).toEqual(['begin x.service', 'begin y.service']);
});

test('a oneshot without RemainAfterExit is not active when it has ended', async () => {
  const { services } = play({ 'x.service': '[Service]\nType=oneshot\nExecStart=/x' });
  const started = services.start('x');
  await jest.advanceTimersByTimeAsync(1_000);
  expect(await started).toBe(true);
  expect(services.isActive('x')).toBe(false);
});

test('a unit without an Install section is not enabled', async () => {
  const disk = new MachineDisk();
  disk.write('/etc/systemd/system/x.service', oneshot, 0o644);
  const services = new Services(disk, new AbortController().signal, () => Promise.resolve({ exitCode: 0 }));
  expect(services.enable('x')).toBe(true);
  expect(services.enable('none')).toBe(false);
  await services.startEnabled();
  expect(services.isActive('x')).toBe(false);
});

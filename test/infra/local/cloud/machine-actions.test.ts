/** What do start, deallocate, power off, restart and redeploy do to a machine, and what does ARM answer meanwhile? */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { codeOf, operationOf, TestCloud, viewOf } from './helpers/test-cloud.js';

let cloud: TestCloud;

beforeAll(async () => {
  cloud = await TestCloud.start();
});

afterEach(() => {
  cloud.release();
  cloud.cloud.faults.clear();
});

afterAll(() => cloud.close());

/** Shorter than each of the actions that are held. */
const heldFromSeconds = 2;

const act = (id: string, action: string) => cloud.arm('POST', `${id}/${action}`);

const viewed = async (id: string) => viewOf(await cloud.arm('GET', `${id}?$expand=instanceView`));

async function done(id: string, action: string): Promise<void> {
  expect((await act(id, action)).status).toBe(202);
  await cloud.atRest();
}

const bootsOf = (id: string) => cloud.guests.booted.filter(({ machine }) => machine.id === id).length;

async function readyMachine(name: string): Promise<string> {
  const id = await cloud.makeMachine(name);
  await untilReady(id);
  return id;
}

async function untilReady(id: string): Promise<void> {
  while ((await viewed(id)).agent !== 'Ready');
}

test.each([
  { action: 'deallocate', during: 'deallocating', after: 'deallocated' },
  { action: 'powerOff', during: 'stopping', after: 'stopped' },
  { action: 'redeploy', during: 'starting', after: 'running' },
])(
  '$action is accepted without a body, runs as $during and ends as $after',
  async ({ action, during, after }) => {
    const id = await readyMachine(`vm-${action}`);
    cloud.holdFrom(heldFromSeconds);
    const accepted = await act(id, action);
    expect([accepted.status, accepted.body]).toEqual([202, {}]);
    expect(accepted.headers.get('retry-after')).toBe('10');
    expect(accepted.headers.get('location')).toContain('monitor=true');
    expect(await viewed(id)).toEqual({
      codes: ['ProvisioningState/updating', `PowerState/${during}`],
      agent: 'none',
    });
    const write = await cloud.arm('PATCH', id, { tags: { a: 'b' } });
    expect([write.status, codeOf(write)]).toEqual([409, 'AnotherOperationInProgress']);
    const poll = await cloud.arm('GET', operationOf(accepted));
    expect(poll.body).toMatchObject({ status: 'InProgress' });
    cloud.release();
    await cloud.atRest();
    expect((await viewed(id)).codes).toEqual(['ProvisioningState/succeeded', `PowerState/${after}`]);
    // The SDK's poller takes no 204 here: it threw when this was 204.
    expect((await cloud.arm('GET', accepted.headers.get('location') ?? '')).status).toBe(200);
  },
);

test('a machine that is off takes no run command, and is booted again with the same id and without being forgotten', async () => {
  const id = await readyMachine('vm-off');
  await done(id, 'deallocate');
  const refused = await cloud.arm('PUT', `${id}/runCommands/setup`, {
    location: 'westeurope',
    properties: {},
  });
  expect(refused.status).toBe(409);
  await done(id, 'start');
  await untilReady(id);
  expect(bootsOf(id)).toBe(2);
  expect(cloud.guests.forgotten).not.toContain(id);
});

test('start changes nothing when the machine runs', async () => {
  const id = await readyMachine('vm-runs');
  await done(id, 'start');
  expect(bootsOf(id)).toBe(1);
  expect((await viewed(id)).codes).toContain('PowerState/running');
});

test.each(['restart', 'redeploy'])(
  '%s boots a running machine again, and is refused when it is deallocated',
  async (action) => {
    const id = await readyMachine(`vm-again-${action}`);
    await done(id, action);
    await untilReady(id);
    expect(bootsOf(id)).toBe(2);
    await done(id, 'deallocate');
    const refused = await act(id, action);
    expect([refused.status, codeOf(refused)]).toEqual([409, 'OperationNotAllowed']);
  },
);

test.each([
  { off: 'deallocate', when: 'its place was given up', ends: 'Failed', power: 'deallocated' },
  { off: 'powerOff', when: 'it has kept its place', ends: 'Succeeded', power: 'running' },
])('start without capacity ends as $ends when $when', async ({ off, ends, power }) => {
  const id = await cloud.makeMachine(`vm-full-${off}`);
  await done(id, off);
  cloud.cloud.faults.add({ kind: 'no-capacity', zone: '1' });
  const started = await act(id, 'start');
  await cloud.atRest();
  expect((await cloud.arm('GET', operationOf(started))).body).toMatchObject({ status: ends });
  expect((await viewed(id)).codes).toContain(`PowerState/${power}`);
});

test('a write to a machine that is off leaves it off', async () => {
  const id = await cloud.makeMachine('vm-stays-off');
  await done(id, 'powerOff');
  await cloud.arm('PATCH', id, { tags: { a: 'b' } });
  await cloud.atRest();
  expect((await viewed(id)).codes).toContain('PowerState/stopped');
});

test('an action on an absent machine is 404, an unknown one is refused by name, a known one takes nothing but POST', async () => {
  const id = await cloud.makeMachine('vm-methods');
  const absent = await act(cloud.machine('none'), 'start');
  expect([absent.status, codeOf(absent)]).toEqual([404, 'ResourceNotFound']);
  const unknown = await act(id, 'explode');
  expect([unknown.status, codeOf(unknown)]).toEqual([405, 'ResourceTypeNotServed']);
  expect((await cloud.arm('GET', `${id}/start`)).status).toBe(405);
});

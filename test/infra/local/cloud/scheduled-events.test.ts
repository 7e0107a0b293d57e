/** What is a machine told before the platform touches it, and what is done then? */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { asList, asRecord, asText } from '../../../../infra/local/cloud/json.js';
import { TestCloud, viewOf } from './helpers/test-cloud.js';

let cloud: TestCloud;

beforeAll(async () => {
  cloud = await TestCloud.start();
  await cloud.makeMachine('one');
});

afterAll(() => cloud.close());

const eventsPath = '/metadata/scheduledevents?api-version=2020-07-01';
const eventsOf = async (machine: string) => {
  const { DocumentIncarnation, Events } = asRecord((await cloud.metadata(machine, eventsPath)).body);
  return { incarnation: Number(DocumentIncarnation), events: asList(Events).map(asRecord) };
};

test.each([
  { type: 'Freeze' as const, minutes: 15, boots: 0, power: 'PowerState/running' },
  { type: 'Reboot' as const, minutes: 15, boots: 1, power: 'PowerState/running' },
  { type: 'Redeploy' as const, minutes: 10, boots: 1, power: 'PowerState/running' },
  { type: 'Preempt' as const, minutes: 0.5, boots: 0, power: 'PowerState/deallocated' },
])(
  'a $type is announced $minutes min ahead, begins when it is acknowledged, and then is over',
  async (row) => {
    const name = `maintained-${row.type.toLowerCase()}`;
    await cloud.makeMachine(name);
    cloud.holdFrom(1);
    const before = await eventsOf(name);
    expect(before.events).toEqual([]);
    const done = cloud.cloud.maintenance(name, row.type);
    const { incarnation, events } = await eventsOf(name);
    const [event = {}] = events;
    expect(event).toMatchObject({
      EventType: row.type,
      EventStatus: 'Scheduled',
      Resources: [name],
      EventSource: 'Platform',
    });
    expect(incarnation).toBe(before.incarnation + 1);
    const ahead = Date.parse(asText(event['NotBefore'])) - Date.now();
    expect(Math.abs(ahead - row.minutes * 60_000)).toBeLessThan(2000);
    expect(await eventsOf('one')).toMatchObject({ events: [] });
    const StartRequests = [{ EventId: event['EventId'] }];
    const ready = { method: 'POST' as const, body: JSON.stringify({ StartRequests }) };
    expect((await cloud.metadata('one', eventsPath, ready)).status).toBe(400);
    expect((await cloud.metadata(name, eventsPath, ready)).status).toBe(200);
    await cloud.until(() => true);
    expect((await eventsOf(name)).events).toMatchObject([{ EventStatus: 'Started', NotBefore: '' }]);
    cloud.release();
    await done;
    expect((await eventsOf(name)).events).toEqual([]);
    expect(cloud.guests.booted.filter(({ machine }) => machine.name === name)).toHaveLength(1 + row.boots);
    expect(viewOf(await cloud.arm('GET', `${cloud.machine(name)}?$expand=instanceView`)).codes).toContain(
      row.power,
    );
  },
);

test('a machine that doesn’t acknowledge is touched when the notice is over, and a deleted one not at all', async () => {
  await cloud.makeMachine('silent');
  await cloud.makeMachine('gone');
  const [silent, gone] = [
    cloud.cloud.maintenance('silent', 'Reboot'),
    cloud.cloud.maintenance('gone', 'Reboot'),
  ];
  await cloud.arm('DELETE', cloud.machine('gone'));
  await Promise.all([silent, gone]);
  const boots = (name: string) => cloud.guests.booted.filter(({ machine }) => machine.name === name).length;
  expect([boots('silent'), boots('gone')]).toEqual([2, 1]);
});

test.each(['Freeze', 'Reboot', 'Redeploy', 'Preempt'] as const)(
  'a %s leaves a machine without power as it is',
  async (type) => {
    const name = `off-${type.toLowerCase()}`;
    const id = await cloud.makeMachine(name);
    await cloud.arm('POST', `${id}/deallocate`);
    await cloud.atRest();
    await cloud.cloud.maintenance(name, type);
    expect(cloud.guests.booted.filter(({ machine }) => machine.name === name)).toHaveLength(1);
    expect(viewOf(await cloud.arm('GET', `${id}?$expand=instanceView`)).codes).toContain(
      'PowerState/deallocated',
    );
  },
);

test('a machine that is deleted while it boots never gets power', async () => {
  const id = await cloud.makeMachine('brief');
  // Half of a redeployment takes longer, an answer never.
  cloud.holdFrom(10);
  const ended = cloud.cloud.maintenance('brief', 'Terminate');
  expect((await cloud.arm('POST', `${id}/redeploy`)).status).toBe(202);
  const [event = {}] = (await eventsOf('brief')).events;
  const StartRequests = [{ EventId: event['EventId'] }];
  await cloud.metadata('brief', eventsPath, { method: 'POST', body: JSON.stringify({ StartRequests }) });
  await ended;
  cloud.release();
  await cloud.atRest();
  expect(cloud.guests.booted.filter(({ machine }) => machine.name === 'brief')).toHaveLength(1);
  expect(cloud.guests.forgotten).toContain(id);
});

test('a Terminate deletes the machine and leaves its interface free', async () => {
  await cloud.makeMachine('ended');
  await cloud.cloud.maintenance('ended', 'Terminate');
  expect((await cloud.arm('GET', cloud.machine('ended'))).status).toBe(404);
  expect((await cloud.arm('DELETE', cloud.network('networkInterfaces/nic-ended'))).status).toBe(202);
  await cloud.atRest();
});

/** What does a machine that hangs still do, and what brings it back? */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { TestCloud, viewOf } from './helpers/test-cloud.js';

let cloud: TestCloud;

beforeAll(async () => {
  cloud = await TestCloud.start();
});

afterEach(() => {
  cloud.release();
  cloud.cloud.faults.clear();
});

afterAll(() => cloud.close());

async function agentOf(id: string): Promise<string> {
  return viewOf(await cloud.arm('GET', `${id}?$expand=instanceView`)).agent;
}

async function untilReady(id: string): Promise<void> {
  while ((await agentOf(id)) !== 'Ready');
}

async function readyMachine(name: string): Promise<string> {
  const id = await cloud.makeMachine(name);
  await untilReady(id);
  return id;
}

async function act(id: string, action: string): Promise<void> {
  expect((await cloud.arm('POST', `${id}/${action}`)).status).toBe(202);
  await cloud.atRest();
}

const command = (timeoutInSeconds: number) => ({
  location: 'westeurope',
  properties: { source: { script: 'true' }, timeoutInSeconds },
});

async function executionOf(id: string): Promise<unknown> {
  const { body } = await cloud.arm('GET', `${id}?$expand=instanceView`);
  const { instanceView } = body['properties'] as { instanceView: { executionState: unknown } }; // ARM's envelope
  return instanceView.executionState;
}

/** A command on a machine that answers succeeds as soon as its agent is ready. */
async function howACommandEnds(id: string): Promise<unknown> {
  await cloud.made(`${id}/runCommands/look`, command(700));
  return executionOf(`${id}/runCommands/look`);
}

test('its agent is not ready while its power is on, and an unknown machine cannot hang', async () => {
  const id = await readyMachine('hung-agent');
  cloud.cloud.hang('HUNG-agent');
  const view = viewOf(await cloud.arm('GET', `${id}?$expand=instanceView`));
  expect(view).toEqual({
    codes: ['ProvisioningState/succeeded', 'PowerState/running'],
    agent: 'Not Ready',
  });
  expect(() => {
    cloud.cloud.hang('none');
  }).toThrow('none');
});

test('a run command that comes afterwards stays Pending until its time is up', async () => {
  const id = await readyMachine('hung-pending');
  cloud.cloud.hang('hung-pending');
  cloud.holdFrom(700);
  expect((await cloud.arm('PUT', `${id}/runCommands/diagnose`, command(700))).status).toBe(201);
  await cloud.arm('GET', id);
  expect(await executionOf(`${id}/runCommands/diagnose`)).toBe('Pending');
  cloud.release();
  await cloud.atRest();
  expect(await executionOf(`${id}/runCommands/diagnose`)).toBe('TimedOut');
});

test('a run command that was under way never tells how it ended', async () => {
  const id = await readyMachine('hung-running');
  let end: () => void = () => undefined;
  cloud.guests.runScript = () =>
    new Promise((resolve) => {
      end = () => {
        resolve({ exitCode: 0, stdout: 'done', stderr: '' });
      };
    });
  cloud.holdFrom(700);
  const scripts = cloud.guests.scripts.length;
  await cloud.arm('PUT', `${id}/runCommands/diagnose`, command(700));
  await cloud.until(() => cloud.guests.scripts.length > scripts);
  cloud.cloud.hang('hung-running');
  end();
  await cloud.arm('GET', id);
  expect(await executionOf(`${id}/runCommands/diagnose`)).toBe('Running');
  cloud.release();
  await cloud.atRest();
  expect(await executionOf(`${id}/runCommands/diagnose`)).toBe('TimedOut');
  cloud.guests.runScript = () => Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
});

test('a run command is cancelled when the machine is booted again meanwhile', async () => {
  const id = await readyMachine('hung-cancelled');
  cloud.cloud.hang('hung-cancelled');
  cloud.holdFrom(700);
  await cloud.arm('PUT', `${id}/runCommands/diagnose`, command(700));
  await act(id, 'restart');
  expect(await executionOf(`${id}/runCommands/diagnose`)).toBe('Canceled');
});

test.each([
  { actions: ['start'], comesBack: false },
  { actions: ['restart'], comesBack: true },
  { actions: ['redeploy'], comesBack: true },
  { actions: ['deallocate', 'start'], comesBack: true },
  { actions: ['powerOff', 'start'], comesBack: true },
])('it comes back after $actions: $comesBack', async ({ actions, comesBack }) => {
  const name = `hung-${actions.join('-')}`;
  const id = await readyMachine(name);
  cloud.cloud.hang(name);
  for (const action of actions) await act(id, action);
  expect(await howACommandEnds(id)).toBe(comesBack ? 'Succeeded' : 'TimedOut');
});

test('the fault lets every machine of the name hang at each boot, and others not', async () => {
  cloud.cloud.faults.add({ kind: 'hang', machine: 'ill-' });
  const ill = await cloud.makeMachine('ill-1');
  await readyMachine('well-1');
  expect(await howACommandEnds(ill)).toBe('TimedOut');
  await act(ill, 'restart');
  expect(await howACommandEnds(ill)).toBe('TimedOut');
  cloud.cloud.faults.clear('hang');
  await act(ill, 'restart');
  expect(await howACommandEnds(ill)).toBe('Succeeded');
});

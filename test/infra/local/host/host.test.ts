/** The host runs the real libraries, so it is driven in a process of its own, over HTTP. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { startSmallApp, type SmallApp } from './start-small-app.js';

let app: SmallApp;
let url: string;

beforeAll(async () => {
  app = await startSmallApp();
  url = app.url;
}, 30_000);

afterAll(() => app.close());

async function run(name: string, input: unknown): Promise<Record<string, unknown>> {
  await app.start(name, input);
  return app.outcome(name);
}

test('host runs activities at once and a timer when an orchestration asks for them', async () => {
  expect(await run('fan', 4)).toMatchObject({ runtimeStatus: 'Completed', output: [8, 10] });
});

test('host starts a new run with the new input when an orchestration continues as new', async () => {
  expect(await run('eternal', 1)).toMatchObject({ runtimeStatus: 'Completed', output: 4 });
});

test.each([
  { when: 'an activity throws', name: 'fails', says: 'this activity fails' },
  { when: 'Task.any is used', name: 'any', says: 'does not serve Task.any' },
  {
    when: 'a replay asks for something else',
    name: 'fickle',
    says: 'Not deterministic: action 0 was "activity double"',
  },
])('host fails the instance with the reason when $when', async ({ name, says }) => {
  const { runtimeStatus, output } = await run(name, 1);
  expect(runtimeStatus).toBe('Failed');
  expect(output).toContain(says);
});

test('host answers an HTTP trigger when the key is right', async () => {
  const answer = await fetch(`${url}/api/hello/world`, { headers: { 'x-functions-key': 'secret' } });
  expect(await answer.json()).toEqual({ hello: 'world' });
});

test('host goes on when a client hangs up, and when a path is none', async () => {
  const { port } = new URL(url);
  for (const sent of [
    'POST /api/start/fan HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n1',
    'GET // HTTP/1.1\r\nhost: x\r\n\r\n',
  ]) {
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    await new Promise((resolve) => socket.write(sent, resolve));
    socket.end();
    socket.resume();
    await once(socket, 'close');
  }
  expect((await fetch(`${url}/api/hello/%E0%A4`, { headers: { 'x-functions-key': 'secret' } })).status).toBe(
    400,
  );
  const answer = await fetch(`${url}/api/hello/still`, { headers: { 'x-functions-key': 'secret' } });
  expect(await answer.json()).toEqual({ hello: 'still' });
});

test.each([
  { when: 'the key is missing', path: '/api/hello/world', method: 'GET', status: 401 },
  { when: 'no route matches', path: '/api/nobody', method: 'GET', status: 404 },
  { when: 'the method differs', path: '/api/hello/world', method: 'PUT', status: 404 },
])('host answers $status when $when', async ({ path, method, status }) => {
  expect((await fetch(`${url}${path}`, { method })).status).toBe(status);
});

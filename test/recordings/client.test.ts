/** Does the client understand what the real ZIA answered? Every recorded answer, played to it over the wire. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { makeAskZia, type AskZia } from '../../shared/zscaler/ask-zia.js';
import { Pace } from '../../shared/zscaler/pace.js';
import { makeSend } from '../../shared/zscaler/send.js';
import { createZia, signInOf } from '../../shared/zscaler/zia-client.js';
import { readSecret, settingsFor } from '../shared/zscaler/a-tenant.js';
import { JumpClock } from '../shared/zscaler/jump-clock.js';
import { folder, hasRecordings, readRecordings, textOf, type Recorded } from './recordings.js';

if (!hasRecordings && process.env['CI'] === 'true') throw new Error(`ZIA's recordings are not at ${folder}.`);
const testWithRecordings = hasRecordings ? test : test.skip;

const all: readonly Recorded[] = hasRecordings ? [...readRecordings().values()].flat() : [];

let clock: JumpClock;
let server: Server;
let url: string;
/** What is answered next; the last one stays. */
let answers: readonly Recorded[];

beforeEach(async () => {
  clock = new JumpClock();
  server = createServer((incoming, outgoing) => {
    incoming.resume();
    if (incoming.url?.endsWith('/token') === true) {
      outgoing.end('{"access_token":"t","token_type":"Bearer","expires_in":83999}');
      return;
    }
    const [next, ...later] = answers;
    if (later.length > 0) answers = later;
    if (next === undefined) throw new Error('Nothing is to be played.');
    outgoing.writeHead(next.status, next.responseHeaders).end(textOf(next));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server that listens has one
});
afterEach(async () => {
  clock.putBack();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function anAsk(): AskZia {
  const send = makeSend(url, 5000);
  return makeAskZia(signInOf(settingsFor(url), readSecret, send), new Pace(), send);
}

const callOf = ({ method, path, requestBody }: Recorded) => ({
  method,
  path,
  body: requestBody ?? undefined,
});

/** What each recorded answer means, by status and code. */
function meaningOf({ status, responseBody }: Recorded): object {
  const isSaid = (code: string) => JSON.stringify(responseBody).includes(code);
  if (status < 300) return { ok: true, value: responseBody ?? undefined };
  if (status === 429) {
    return { ok: false, failure: { kind: 'throttled', status, retryAfterSeconds: 1, isRetryable: true } };
  }
  if (isSaid('EDIT_LOCK_NOT_AVAILABLE')) {
    return { ok: false, failure: { kind: 'edit-locked', status, isRetryable: true } };
  }
  return { ok: false, failure: { kind: 'refused', status, isRetryable: false } };
}

testWithRecordings('the client understands every recorded answer', async () => {
  const understood: Record<string, number> = {};
  for (const recorded of all) {
    answers = [recorded];
    const outcome = await anAsk()(callOf(recorded));
    expect({ path: recorded.path, ...outcome }).toMatchObject(meaningOf(recorded));
    if (outcome.ok) expect(outcome.value).toEqual(recorded.responseBody ?? undefined);
    const kind = outcome.ok ? 'ok' : outcome.failure.kind;
    understood[kind] = (understood[kind] ?? 0) + 1;
  }
  process.stdout.write(
    `${all.length} recorded answers played to the client: ${JSON.stringify(understood)}\n`,
  );
  expect(understood).toEqual({ ok: 30, 'edit-locked': 2, throttled: 1, refused: 2 });
});

testWithRecordings('the client gets through what the recording client was refused and repeated', async () => {
  const pairs = all.flatMap((first, index) => {
    const second = all[index + 1];
    const isRepeated =
      first.status >= 400 &&
      second?.method === first.method &&
      second.path === first.path &&
      second.status < 300;
    return isRepeated ? [[first, second] as const] : [];
  });
  expect(pairs.map(([first]) => first.status)).toEqual([409, 429]);
  for (const [first, second] of pairs) {
    answers = [first, second];
    expect(await anAsk()(callOf(first))).toEqual({ ok: true, value: second.responseBody });
  }
});

testWithRecordings(
  'the client finds a credential, its type and its location in the recorded list',
  async () => {
    answers = all.filter(({ path, method }) => path === '/vpnCredentials' && method === 'GET').slice(0, 1);
    const found = await createZia(settingsFor(url), readSecret).findCredential({
      type: 'IP',
      ipAddress: '203.0.113.65',
    });
    expect(found).toMatchObject({ ok: true, value: { id: 29_339_942, location: 'Location01' } });
  },
);

testWithRecordings('the client reads the recorded status and activation', async () => {
  const zia = createZia(settingsFor(url), readSecret);
  answers = all.filter(({ path }) => path === '/status').slice(0, 1);
  expect(await zia.status()).toEqual({ ok: true, value: 'ACTIVE' });
  answers = all.filter(({ path }) => path === '/status/activate').slice(0, 1);
  expect(await zia.activate()).toEqual({ ok: true, value: 'active' });
});

/** What does a modelled gateway have of its host: its metadata, and the way to the edges? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { MetadataRequest } from '../../../../infra/local/cloud/guests.js';
import { parseSetupResult } from '../../../../shared/gateway/parse-setup-result.js';
import { aWorld, edgeOne } from './a-world.js';

beforeEach(() => void jest.useFakeTimers({ advanceTimers: false }));
afterEach(() => void jest.useRealTimers());

test.each([
  { when: 'IKE is kept in', keeps: 500 },
  { when: 'NAT-T is kept in', keeps: 4500 },
])('a tunnel is as silent as with a dead edge when $when', async ({ keeps }) => {
  const asked: unknown[] = [];
  const letsOut = (packet: { readonly destinationPort: number }) => {
    asked.push(packet);
    return packet.destinationPort !== keeps;
  };
  const end = await aWorld({ host: { letsOut } }).setUp();
  expect(parseSetupResult(end.stdout)).toMatchObject({ ok: false, reason: 'edge-silent' });
  expect(asked).toContainEqual({
    ...{ protocol: 'Udp', sourcePort: keeps, destinationIp: edgeOne, destinationPort: keeps },
  });
});

const url = 'http://169.254.169.254/metadata/scheduledevents?api-version=2020-07-01';

test.each([
  { when: 'it asks', command: `curl -s -H 'Metadata: true' '${url}'`, method: 'GET' },
  {
    when: 'it acknowledges',
    command: `curl -s -H 'Metadata: true' -d '{"StartRequests":[]}' '${url}'`,
    method: 'POST',
    body: '{"StartRequests":[]}',
  },
])('a script’s curl reaches the host when $when', async ({ command, method, body }) => {
  const asked: MetadataRequest[] = [];
  const metadata = (request: MetadataRequest) => {
    asked.push(request);
    return Promise.resolve({ status: 200, body: { Events: [] } });
  };
  const world = aWorld({ host: { metadata } });
  await world.setUp(); // brings curl
  asked.length = 0;
  const end = await world.setUp({ script: `#!/bin/bash\n${command}\n` });
  expect(end).toMatchObject({ exitCode: 0, stdout: '{"Events":[]}' });
  const target = '/metadata/scheduledevents?api-version=2020-07-01';
  const sent = { method, target, headers: { Metadata: 'true' } };
  expect(asked).toEqual([body === undefined ? sent : { ...sent, body }]);
});

test('a script’s curl -f fails when the host refuses', async () => {
  const metadata = () => Promise.resolve({ status: 400, body: { error: 'Bad request' } });
  const script = `#!/bin/bash\ncurl -s -f '${url}'\n`;
  const world = aWorld({ host: { metadata } });
  await world.setUp();
  expect(await world.setUp({ script })).toMatchObject({ exitCode: 22, stdout: '' });
});

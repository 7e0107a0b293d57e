/** What does a rotation do where ZIA, or the vault, gives nonsense for answers? In a region, nothing replaced. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { ActiveCredential } from '../../infra/local/zscaler/tenant.js';
import type { ZiaTroubles } from '../../infra/local/zscaler/troubles.js';
import type { TimelineLine } from '../../infra/local/region/site-api.js';
import { refusedSignInMs } from '../../shared/zscaler/zia-limits.js';
import { siteSpec, TestRegion } from './start-region.js';

jest.setTimeout(120_000);

let region: TestRegion;

beforeAll(async () => {
  region = await TestRegion.start({ seed: 8 });
  await region.api.request(siteSpec('hq', { zones: ['1', '2'], farSide: 'zia' }));
  await region.until('hq', ({ phase }) => phase === 'serving');
}, 60_000);

afterAll(() => region.close());

interface Version {
  readonly version: string;
  readonly enabled: boolean;
}

const now = () => region.call<number>('now');
const versions = () => region.call<readonly Version[]>('region.cloud.vault.versions', 'psk-hq');

async function linesSince(at: number): Promise<readonly TimelineLine[]> {
  return (await region.api.timeline('hq')).filter((line) => Date.parse(line.at) >= at);
}

async function rotate(): Promise<void> {
  const answer = await fetch(`${region.api.base}/sites/hq/rotate-psk`, { method: 'POST' });
  expect(answer.status).toBe(202);
}

/** Waits until a rotation is over, and says how it ended. */
async function endSince(at: number): Promise<string> {
  const isTold = async () => (await linesSince(at)).some(({ sentence }) => isEnd.test(sentence));
  await region.until('hq', async ({ rotation }) => rotation === undefined && (await isTold()), 9000);
  return (await linesSince(at)).findLast(({ sentence }) => isEnd.test(sentence))?.reason ?? '';
}

const isEnd = /are rotated, \d+ s after|was taken back after/;

/** Both gateways serve, and the PSK that counts at ZIA is that of the vault's only enabled version. */
async function expectAgreed(): Promise<void> {
  const site = await region.until('hq', ({ phase }) => phase === 'serving');
  expect(site.serving).toBe('2 of 2');
  const enabled = (await versions()).filter((one) => one.enabled);
  expect(enabled).toHaveLength(1);
  const psk = await region.call<string>('region.cloud.vault.valueOf', 'psk-hq', enabled[0]?.version);
  const active = await region.call<readonly ActiveCredential[]>('region.zscaler.active');
  expect(active.map((credential) => credential.psk === psk)).toEqual([true, true]);
}

test('a wrong ZIA key takes the rotation back before any gateway is touched, and is named', async () => {
  const [since, before] = [await now(), await versions()];
  await region.call('region.zscaler.expireSessions');
  await region.call('region.zscaler.trouble', { wrongSecret: true });
  await rotate();
  expect(await endSince(since)).toBe('rotation-goes-back');
  await region.call('region.zscaler.trouble', { wrongSecret: false });
  const lines = await linesSince(since);
  expect(lines.map(({ sentence }) => sentence).join('\n')).toContain('sign-in-refused');
  expect(lines.map(({ reason }) => reason)).not.toContain('drains');
  expect((await versions()).map(({ enabled }) => enabled)).toEqual([
    ...before.map(({ enabled }) => enabled),
    false,
  ]);
  await expectAgreed();
  // A sign-in that was refused is not tried again before.
  await region.pass(refusedSignInMs / 1000);
});

const troubles: readonly {
  readonly what: string;
  readonly on: Partial<ZiaTroubles>;
  readonly off: Partial<ZiaTroubles>;
}[] = [
  { what: 'answers HTML', on: { html: true }, off: { html: false } },
  { what: 'takes no session', on: { sessionsExpireAtOnce: true }, off: { sessionsExpireAtOnce: false } },
  { what: 'breaks connections off', on: { down: true }, off: { down: false } },
];

test.each(troubles)('a rotation waits while ZIA $what, and ends well afterwards', async ({ on, off }) => {
  const since = await now();
  await region.call('region.zscaler.trouble', on);
  await rotate();
  await region.pass(180);
  const site = await region.api.site('hq');
  expect([site.serving, site.rotation?.state]).toEqual(['2 of 2', 'telling-far-side']);
  await region.call('region.zscaler.trouble', off);
  expect(await endSince(since)).toBe('rotation-done');
  await expectAgreed();
});

test('a rotation waits while somebody holds the edit lock, and ends well afterwards', async () => {
  const since = await now();
  await region.call('region.zscaler.lockEdits', 180);
  await rotate();
  await region.pass(120);
  expect((await region.api.site('hq')).rotation?.state).toBe('telling-far-side');
  expect(await endSince(since)).toBe('rotation-done');
  await expectAgreed();
});

test('a secret deleted halfway leaves both gateways serving, and both sides go back once it is recovered', async () => {
  const since = await now();
  await rotate();
  await region.until('hq', ({ rotation }) => rotation?.state === 'rolling', 6000);
  await vault('DELETE', '/secrets/psk-hq');
  await region.pass(900);
  const site = await region.api.site('hq');
  expect(site.serving).toBe('2 of 2');
  expect(site.rotation).toBeDefined();
  await vault('POST', '/deletedsecrets/psk-hq/recover');
  expect(await endSince(since)).toBe('rotation-goes-back');
  await expectAgreed();
});

async function vault(method: string, path: string): Promise<void> {
  const answer = await fetch(`${region.cloudUrl}${path}?api-version=7.5`, {
    method,
    headers: { 'x-forwarded-host': 'kv-tunnelkeeper.vault.azure.net', authorization: 'Bearer a-person' },
  });
  expect(answer.status).toBe(200);
}

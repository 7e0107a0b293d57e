/** What does bad input get, and does it leave anything behind? Through the API of a region, nothing replaced. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { badRequests } from './bad-bodies.js';
import { badSecrets, badSurroundings } from './bad-surroundings.js';
import { siteSpec, TestRegion } from './start-region.js';

interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly field?: string;
  readonly mend?: string;
  readonly errors?: readonly { readonly field: string; readonly mend: string }[];
}

let region: TestRegion;

beforeAll(async () => {
  region = await TestRegion.start({ seed: 3 });
  for (const [name, value] of Object.entries(badSecrets))
    await region.call('region.cloud.vault.set', name, value);
  await region.call('region.cloud.vault.enable', 'psk-disabled', false);
  for (const { name, spec } of badSurroundings) {
    if (!(`psk-${name}` in badSecrets)) {
      await region.call('region.cloud.vault.set', `psk-${name}`, 'abcdefgh12345678');
    }
    expect((await region.api.request(siteSpec(name, spec))).status).toBe(202);
  }
}, 60_000);

afterAll(() => region.close());

describe('what the body alone shows is refused at once', () => {
  test.each(badRequests)(
    '$name',
    async ({ method = 'POST', path = '', contentType, body, status, hasNoRoute, field }) => {
      const answer = await fetch(`${region.api.base}/sites${path}`, {
        method,
        headers: { 'content-type': contentType ?? 'application/json' },
        ...(body === undefined ? {} : { body }),
      });
      const text = await answer.text();
      expect({ status: answer.status, text: text.slice(0, 500) }).toEqual({
        status,
        text: text.slice(0, 500),
      });
      expect(text).not.toMatch(/\bat .*\.[jt]s:\d+/);
      if (hasNoRoute === true) return;
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      const said = JSON.parse(text) as ProblemBody; // a problem document, or the expectations below fail
      expect(said.mend ?? said.errors?.[0]?.mend).toBeTruthy();
      if (field === undefined) return;
      expect([said.field, ...(said.errors ?? []).map((error) => error.field)]).toContain(field);
    },
  );
});

jest.setTimeout(60_000);

describe('what Azure shows is refused by the site', () => {
  test.each(badSurroundings)('$name: $code', async ({ name, code, field }) => {
    const site = await region.until(name, ({ phase }) => phase === 'refused');
    const said = site.problem as ProblemBody; // what `refused` always has
    expect(said.type).toBe(`/problems/${code}`);
    if (field !== undefined) expect(said.field).toBe(field);
    expect(said.mend).toBeTruthy();
    const timeline = await region.api.timeline(name);
    expect(timeline.map(({ sentence }) => sentence).join('\n')).toContain(said.detail);
  });

  test('it is looked at again with a back-off, and comes up once the cause is gone', async () => {
    await region.call('region.cloud.vault.set', 'psk-absent', 'abcdefgh12345678');
    const site = await region.until('no-secret', ({ phase }) => phase !== 'refused');
    expect(site.phase).toBe('building');
    await fetch(`${region.api.base}/sites/no-secret`, { method: 'DELETE' });
  });

  test('its spec is replaceable', async () => {
    const { headers } = await fetch(`${region.api.base}/sites/captured`);
    const unconditional = await fetch(`${region.api.base}/sites/captured`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: siteSpec('captured'),
    });
    expect(unconditional.status).toBe(428);
    const answer = await fetch(`${region.api.base}/sites/captured`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'if-match': headers.get('etag') ?? '' },
      body: siteSpec('captured', { network: { subnetId: 'workloads' } }),
    });
    expect(answer.status).toBe(422);
    const replaced = await fetch(`${region.api.base}/sites/captured`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'if-match': headers.get('etag') ?? '' },
      body: siteSpec('captured', { zones: ['1'], gateway: { size: 'Standard_D2s_v9' } }),
    });
    expect(replaced.status).toBe(202);
    const site = await region.until('captured', ({ problem }) => problem?.field === 'gateway.size');
    expect(site.phase).toBe('refused');
  });
});

test('nothing was created for any of it, and no stack trace was logged', async () => {
  const names = badSurroundings.map(({ name }) => name).filter((name) => name !== 'no-secret');
  const resources =
    await region.call<readonly { readonly body: { readonly tags?: Record<string, string> } }[]>(
      'region.cloud.resources',
    );
  const owners = resources.map(({ body }) => body.tags?.['tunnelkeeper-site']);
  expect(owners.filter((owner) => owner !== undefined && names.includes(owner))).toEqual([]);
  expect(
    (await region.call<readonly string[]>('log')).filter((line) => /\bat .*\.[jt]s:\d+/.test(line)),
  ).toEqual([]);
});

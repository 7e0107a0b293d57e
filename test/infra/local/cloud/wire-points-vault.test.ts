/** Does the vault answer as recorded? One row a point; its versions and pages are key-vault.test.ts's. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { asRecord } from '../../../../infra/local/cloud/json.js';
import { TestCloud, type Answer } from './helpers/test-cloud.js';
import type { WirePoint } from './helpers/wire-point.js';

let cloud: TestCloud;

beforeAll(async () => {
  cloud = await TestCloud.start();
});

beforeEach(() => {
  cloud.cloud.vault.delete('psk-a');
  cloud.cloud.vault.set('psk-a', 'abcdefgh');
});

afterAll(() => cloud.close());

const send = (method: string, name: string, version = '7.5', body?: object) =>
  cloud.send(method, `/secrets/${name}?api-version=${version}`, body, {
    'x-forwarded-host': cloud.world.vaultHost,
    authorization: 'Bearer x',
  });

/** Status, code, inner code and text of a refusal. */
function refusalOf({ status, body }: Answer) {
  const { code, innererror, message } = asRecord(body['error']);
  return [status, code, asRecord(innererror)['code'], message];
}

const points: readonly WirePoint[] = [
  {
    point: 'no token: 401 Unauthorized with a challenge that names the tenant and the vault’s resource',
    async holds() {
      const headers = { 'x-forwarded-host': cloud.world.vaultHost };
      const answer = await cloud.send('GET', '/secrets/psk-a?api-version=7.5', undefined, headers);
      expect(refusalOf(answer)).toEqual([
        ...[401, 'Unauthorized', undefined, 'Request is missing a Bearer or PoP token.'],
      ]);
      expect(answer.headers.get('www-authenticate')).toBe(
        `Bearer authorization="https://login.windows.net/${cloud.world.tenantId}", resource="https://vault.azure.net"`,
      );
    },
  },
  {
    point: 'PUT on a soft-deleted name: 409 Conflict, ObjectIsDeletedButRecoverable',
    async holds() {
      await send('DELETE', 'psk-a');
      expect(refusalOf(await send('PUT', 'psk-a', '7.5', { value: 'other-value' }))).toEqual([
        409,
        'Conflict',
        'ObjectIsDeletedButRecoverable',
        'Secret psk-a is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.',
      ]);
    },
  },
  {
    point: 'disabled: 403 SecretDisabled, also for the latest, although an older version is enabled',
    async holds() {
      cloud.cloud.vault.set('psk-a', 'newest-value');
      cloud.cloud.vault.enable('psk-a', false);
      const [older, newest] = cloud.cloud.vault.versions('psk-a').map(({ version }) => version);
      const refused = [
        403,
        'Forbidden',
        'SecretDisabled',
        'Operation get is not allowed on a disabled secret.',
      ];
      expect(refusalOf(await send('GET', 'psk-a'))).toEqual(refused);
      expect(refusalOf(await send('GET', `psk-a/${newest}`))).toEqual(refused);
      expect((await send('GET', `psk-a/${older}`)).status).toBe(200);
    },
  },
  {
    point: 'absent: 404 SecretNotFound, in the newer words and in the older ones',
    async holds() {
      expect(refusalOf(await send('GET', 'psk-none'))).toEqual([
        ...[404, 'SecretNotFound', undefined],
        expect.stringContaining('A secret with (name/id) psk-none was not found in this key vault.'),
      ]);
      expect(refusalOf(await send('GET', 'psk-none', '7.0'))).toEqual([
        ...[404, 'SecretNotFound', undefined, 'Secret not found: psk-none'],
      ]);
    },
  },
];

test.each(points)('$point', ({ holds }) => holds());

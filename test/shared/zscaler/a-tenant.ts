/** Builders: a simulated tenant, and a client that signs in to it in one of the two ways. */
import { seededRandom } from '../../../infra/local/cloud/random.js';
import { startZscaler, type LocalZscaler, type ZscalerSpec } from '../../../infra/local/zscaler/zscaler.js';
import { makeSend } from '../../../shared/zscaler/send.js';
import { createZia, type Zia } from '../../../shared/zscaler/zia-client.js';
import { readZiaSettings, type ZiaSettings } from '../../../shared/zscaler/zia-settings.js';

/** Every secret that signs in; none may ever be told. */
export const secrets: Readonly<Record<string, string>> = {
  'zia-client-secret': 'clientsecretclientsecret01',
  'zia-api-key': 'jj7tg80fEGao3Kx9',
  'zia-password': 'passwordpassword02',
};

export const psks = { old: 'oldpskoldpsk03', new: 'newPSKnewPSK04' } as const;

/** A tenant with one credential of each type, both active with the old PSK. */
export async function aTenant(differs: Partial<ZscalerSpec> = {}): Promise<LocalZscaler> {
  const zscaler = await startZscaler({
    accounts: {
      clientId: 'tunnelkeeper',
      clientSecret: secrets['zia-client-secret'] ?? '',
      userName: 'keeper@example.test',
      password: secrets['zia-password'] ?? '',
      apiKey: secrets['zia-api-key'] ?? '',
    },
    random: seededRandom(1),
    editLockShare: 0,
    onActivated: () => undefined,
    ...differs,
  });
  zscaler.addCredential({ identity: '203.0.113.10', psk: psks.old }, 'hq-z1-1');
  zscaler.addCredential({ identity: 'hq-z1-1-primary@example.test', psk: psks.old });
  return zscaler;
}

export const ways = {
  'one-api': { TUNNELKEEPER_ZIA_VANITY: 'example', TUNNELKEEPER_ZIA_CLIENT_ID: 'tunnelkeeper' },
  legacy: { TUNNELKEEPER_ZIA_CLOUD: 'zscalerthree', TUNNELKEEPER_ZIA_USER_NAME: 'keeper@example.test' },
} as const;

export function settingsFor(
  url: string,
  way: keyof typeof ways = 'one-api',
  more: Readonly<Record<string, string>> = {},
): ZiaSettings {
  return readZiaSettings({ ...ways[way], TUNNELKEEPER_LOCAL_ZIA: url, ...more });
}

export const readSecret = (name: string) => Promise.resolve(secrets[name] ?? '');

export function aClient(
  { url }: { readonly url: string },
  way: keyof typeof ways = 'one-api',
  more: Readonly<Record<string, string>> = {},
): Zia {
  return createZia(settingsFor(url, way, more), readSecret, makeSend(url, 5000));
}

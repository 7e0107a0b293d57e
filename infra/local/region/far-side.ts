/** What is on the far side? One tenant at Zscaler: its API, and the edges that hold what was activated there. */
import type { Random } from '../cloud/random.js';
import type { KeyVault } from '../cloud/key-vault.js';
import type { ServiceEdges } from '../gateways/service-edges.js';
import { startZscaler, type LocalZscaler } from '../zscaler/zscaler.js';

/** The tenant's accounts: the app's API client, and an administrator for the legacy way in. */
const accounts = {
  clientId: 'tunnelkeeper',
  clientSecret: 'local-client-secret',
  userName: 'api-admin@example.com',
  password: 'local-password',
  apiKey: 'localkey1234',
};

/** Writes that leave the edit lock behind; two of some thirty recorded ones met it. */
const editLockShare = 0.06;

/** Starts the tenant; what it activates holds at every edge. The app's secret for it lies in the vault. */
export async function startFarSide(
  edges: ServiceEdges,
  vault: KeyVault,
  random: Random,
): Promise<{ readonly zscaler: LocalZscaler; readonly settings: Readonly<Record<string, string>> }> {
  const zscaler = await startZscaler({
    accounts,
    random,
    editLockShare,
    onActivated: (credentials) => {
      edges.setCredentials(credentials);
    },
  });
  vault.set('zia-client-secret', accounts.clientSecret);
  const settings = {
    TUNNELKEEPER_ZIA_VANITY: 'example',
    TUNNELKEEPER_ZIA_CLIENT_ID: accounts.clientId,
    TUNNELKEEPER_LOCAL_ZIA: zscaler.url,
  };
  return { zscaler, settings };
}

/** Where does a stand-in for Azure listen, and how does the code under test find it? */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Listens on the loopback, and points the settings of the deployment there. */
export async function listenAsAzure(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server has one
  Object.assign(process.env, {
    AZURE_SUBSCRIPTION_ID: '11111111-2222-3333-4444-555555555555',
    AZURE_CLIENT_ID: 'aaaaaaaa-0000-4000-8000-000000000001',
    TUNNELKEEPER_RESOURCE_GROUP: 'rg-gateways',
    TUNNELKEEPER_VAULT_URL: 'https://kv.vault.azure.net',
    TUNNELKEEPER_GATEWAY_IDENTITY_ID: '/subscriptions/s/identities/gateways',
    TUNNELKEEPER_SSH_PUBLIC_KEY: 'ssh-ed25519 AAAA ops',
    TUNNELKEEPER_LOCAL_CLOUD: `http://127.0.0.1:${port}`,
  });
}

/** Ends it, with the connections that clients keep. */
export async function stopListening(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

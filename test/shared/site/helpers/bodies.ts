/** What does somebody send who asks for a site? The least that is needed, and what a test changes. */

const group =
  '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-net/providers/Microsoft.Network';

/** A subnet that a site may name. */
export const subnetId = `${group}/virtualNetworks/vnet-hub/subnets/gateways`;

/** The ARM id of an existing public IP. */
export function publicIpId(name: string): string {
  return `${group}/publicIPAddresses/${name}`;
}

/** A body with the required fields alone, merged with what is given; `undefined` takes a field out. */
export function aBody(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { tunnel = {}, ...others } = changes;
  const body: Readonly<Record<string, unknown>> = {
    name: 'hq',
    region: 'westeurope',
    network: { subnetId },
    tunnel: { edges: { primary: 'fra4-vpn.zscaler.net' }, ...(tunnel as object) }, // every test gives an object
    ...others,
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

/** What do tests of signals watch? A balancer with a rule and a probe, and machines in its pool. */
import { asList, asRecord, asText, propertiesOf } from '../../../../../infra/local/cloud/json.js';
import type { TestCloud } from './test-cloud.js';

/** A balancer and its machines. */
export interface SmallSite {
  readonly balancerId: string;
  readonly machineIds: readonly string[];
  /** Private address of each, in the same order. */
  readonly addresses: readonly string[];
}

/** Builds a balancer on port 80 and machines with these names in its pool, and lets the balancer's probes through. */
export async function makeSmallSite(cloud: TestCloud, machines: readonly string[]): Promise<SmallSite> {
  const balancerId = cloud.network('loadBalancers/lb-hq');
  const part = (path: string) => ({ id: `${balancerId}/${path}` });
  await cloud.made(balancerId, {
    location: cloud.world.region,
    sku: { name: 'Standard' },
    properties: {
      frontendIPConfigurations: [{ name: 'frontend', properties: { subnet: cloud.subnet('gateways') } }],
      backendAddressPools: [{ name: 'gateways' }],
      probes: [
        {
          name: 'health',
          properties: {
            ...{ protocol: 'Http', port: 8080, requestPath: '/', intervalInSeconds: 5, probeThreshold: 2 },
          },
        },
      ],
      loadBalancingRules: [
        {
          name: 'port-80',
          properties: {
            protocol: 'Tcp',
            frontendPort: 80,
            backendPort: 80,
            frontendIPConfiguration: part('frontendIPConfigurations/frontend'),
            backendAddressPool: part('backendAddressPools/gateways'),
            probe: part('probes/health'),
          },
        },
      ],
    },
  });
  const machineIds: string[] = [];
  const addresses: string[] = [];
  for (const name of machines) {
    const pools = { loadBalancerBackendAddressPools: [part('backendAddressPools/gateways')] };
    machineIds.push(await cloud.makeMachine(name, pools));
    const { body } = await cloud.arm('GET', cloud.network(`networkInterfaces/nic-${name}`));
    const [configuration] = asList(propertiesOf(body)['ipConfigurations']).map(asRecord);
    addresses.push(asText(propertiesOf(configuration)['privateIPAddress']));
  }
  return { balancerId, machineIds, addresses };
}

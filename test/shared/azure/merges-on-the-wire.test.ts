/** Does a write send what others added back to Azure? */
import { describe, expect, test } from '@jest/globals';
import { beginPutLoadBalancer } from '../../../shared/azure/load-balancers.js';
import { beginPutNetworkInterface } from '../../../shared/azure/network-interfaces.js';
import { beginPutSecurityGroup } from '../../../shared/azure/security-groups.js';
import { aBalancerIntent, aGroupIntent, anInterfaceIntent } from './helpers/intents.js';
import { policy } from '../site/helpers/builders.js';
import { wire } from './helpers/started-wire.js';

const group = `/subscriptions/${policy.subscriptionId}/resourceGroups/rg-gateways/providers`;

describe('a write over what stands keeps what others added', () => {
  const others = { name: 'theirs', properties: {} };
  const their = { id: '/subscriptions/s/loadBalancers/lb-theirs/backendAddressPools/p' };
  const primary = { name: 'primary', properties: { loadBalancerBackendAddressPools: [their] } };
  test.each([
    {
      kind: 'networkSecurityGroups',
      list: 'securityRules',
      parts: [others],
      begin: () => beginPutSecurityGroup(aGroupIntent()),
      name: 'nsg-hq',
      left: '"name":"theirs"',
    },
    {
      kind: 'loadBalancers',
      list: 'loadBalancingRules',
      parts: [others],
      begin: () => beginPutLoadBalancer(aBalancerIntent()),
      name: 'lb-hq',
      left: '"name":"theirs"',
    },
    {
      kind: 'networkInterfaces',
      list: 'ipConfigurations',
      parts: [primary],
      begin: () => beginPutNetworkInterface(anInterfaceIntent()),
      name: 'nic-hq-z2-1',
      left: 'lb-theirs',
    },
  ])('$kind', async ({ kind, list, parts, begin, name, left }) => {
    const path = `${group}/Microsoft.Network/${kind}/${name}`;
    const tags = { 'tunnelkeeper-site': 'hq', costCenter: '42' };
    const isThere = { error: { code: 'PreconditionFailed', message: 'It is there.' } };
    wire.answers = {
      [`PUT ${path}`]: { status: 412, body: isThere },
      [`GET ${path}`]: { body: { name, etag: 'W/"7"', tags, properties: { [list]: parts } } },
    };
    await begin();
    expect(wire.asked()).toEqual([`PUT ${path}`, `GET ${path}`, `PUT ${path}`]);
    expect(wire.bodies()[1]).toMatchObject({ tags: { costCenter: '42' } });
    expect(JSON.stringify(wire.bodies()[1])).toContain(left);
  });
});

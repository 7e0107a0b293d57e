/** Are policies asked about what is really written? What is asked against what the SDKs send. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { putAlertRule } from '../../../shared/azure/alert-rules.js';
import { beginPutLoadBalancer } from '../../../shared/azure/load-balancers.js';
import { beginPutNetworkInterface } from '../../../shared/azure/network-interfaces.js';
import { contentsOf } from '../../../shared/azure/policy-content.js';
import { beginPutPublicIp } from '../../../shared/azure/public-ips.js';
import { beginPutSecurityGroup } from '../../../shared/azure/security-groups.js';
import { beginPutSetup } from '../../../shared/azure/setups.js';
import { beginPutVirtualMachine } from '../../../shared/azure/virtual-machines.js';
import { alertRuleIntent } from '../../../shared/site/desired-site.js';
import type { ResourceIntent } from '../../../shared/site/intent.js';
import {
  aBalancerIntent,
  aGroupIntent,
  aMachineIntent,
  anAddressIntent,
  anInterfaceIntent,
  aSetupIntent,
} from './helpers/intents.js';
import { aSite, policy } from '../site/helpers/builders.js';
import { wire } from './helpers/started-wire.js';

beforeAll(() => {
  process.env['TUNNELKEEPER_ACTION_GROUP_ID'] =
    '/subscriptions/s/resourceGroups/rg/providers/microsoft.insights/actionGroups/ag';
});

const deployment = {
  gatewayIdentityId: '/subscriptions/s/identities/gateways',
  sshPublicKey: 'ssh-ed25519 AAAA ops',
  actionGroupId: '/subscriptions/s/resourceGroups/rg/providers/microsoft.insights/actionGroups/ag',
};

const sample = <Intent extends ResourceIntent>(
  intent: Intent,
  write: (intent: Intent) => Promise<unknown>,
) => ({
  intent: intent, // each is one
  write: () => write(intent),
});

const psk = { name: 'TK_PSK', value: 'abcdefgh12345678' };

/** What Azure is shown and nobody else. */
const withheld: readonly string[] = ['customData', 'source', 'protectedParameters', 'ETag'];

/** A body without what is withheld, without empty properties that an SDK adds, and with names of one case: aliases compare so. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([name, one]) => !withheld.includes(name) && JSON.stringify(one) !== '{}',
  );
  return Object.fromEntries(kept.map(([name, one]) => [name.toLowerCase(), shown(one)]));
}

describe('the content of', () => {
  test.each([
    { type: 'networkSecurityGroups', ...sample(aGroupIntent(), beginPutSecurityGroup) },
    { type: 'loadBalancers', ...sample(aBalancerIntent(), beginPutLoadBalancer) },
    { type: 'publicIPAddresses', ...sample(anAddressIntent(), beginPutPublicIp) },
    { type: 'networkInterfaces', ...sample(anInterfaceIntent(), beginPutNetworkInterface) },
    {
      type: 'virtualMachines',
      ...sample(aMachineIntent(), (intent) => beginPutVirtualMachine(intent, '#cloud-config')),
    },
    {
      type: 'runCommands',
      ...sample(aSetupIntent(), (intent) => beginPutSetup(intent, 'echo hello', [psk])),
    },
  ])('$type is what is sent', async ({ type, intent, write }) => {
    await write();
    const [content] = contentsOf(intent, deployment);
    const { type: asked, name, ...body } = content?.content ?? {};
    expect([String(asked).split('/').at(-1), name]).toEqual([type, intent.name]);
    expect(shown(JSON.parse(JSON.stringify(body)))).toEqual(shown(wire.bodies()[0]));
    const text = JSON.stringify(contentsOf(intent, deployment));
    for (const secret of ['#cloud-config', 'echo hello', psk.value]) expect(text).not.toContain(secret);
  });

  test('an alert rule has what is sent, but for how the SDK marks its criteria', async () => {
    const intent = alertRuleIntent(aSite(), policy);
    await putAlertRule(intent);
    const { tags, location } = contentsOf(intent, deployment)[0]?.content ?? {};
    expect(wire.bodies()[0]).toMatchObject({ tags, location });
  });

  test('a machine comes with its disk, a setup with its machine’s id', () => {
    const [, disk] = contentsOf(aMachineIntent(), deployment);
    expect(disk?.content).toMatchObject({
      type: 'Microsoft.Compute/disks',
      location: 'westeurope',
      sku: { name: 'StandardSSD_LRS' },
      properties: { osType: 'Linux' },
      tags: { 'tunnelkeeper-site': 'hq' },
    });
    expect(contentsOf(aSetupIntent(), deployment)[0]?.scope).toMatch(/\/virtualMachines\/vm-hq-z2-1-g3$/);
  });
});

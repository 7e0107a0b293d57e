/** What does each write answer, and what stands in the bodies? One row a point. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { asList, asRecord, propertiesOf } from '../../../../infra/local/cloud/json.js';
import { seededRandom } from '../../../../infra/local/cloud/random.js';
import { RecordedAnswers } from '../../../../infra/local/cloud/recorded-answers.js';
import { operationOf, TestCloud, viewOf, type Answer } from './helpers/test-cloud.js';
import type { WirePoint } from './helpers/wire-point.js';

let cloud: TestCloud;

beforeAll(async () => {
  cloud = await TestCloud.start();
});

afterEach(async () => {
  cloud.release();
  await cloud.atRest();
});

afterAll(() => cloud.close());

const stateOf = ({ body }: Answer) => propertiesOf(body)['provisioningState'];
/** Seconds from which time is held back: first answers take less, what is held more. */
const longerThanAnswers = 1;

const located = { location: 'westeurope', properties: {} };
const address = { ...located, sku: { name: 'Standard' } };

/** Writes twice; the states of both first answers with their statuses. */
async function written(id: string, body: object): Promise<readonly (readonly [number, unknown])[]> {
  const made = await cloud.arm('PUT', id, body);
  await cloud.atRest();
  const again = await cloud.arm('PUT', id, body);
  await cloud.atRest();
  return [made, again].map((answer) => [answer.status, stateOf(answer)] as const);
}

/** Every state that was drawn for a first answer. */
function claimed(kind: Parameters<RecordedAnswers['claim']>[0], verb: 'create' | 'update') {
  const answers = new RecordedAnswers(seededRandom(5));
  return new Set(Array.from({ length: 3000 }, () => answers.claim(kind, verb)));
}

const insights = (path: string) => `${cloud.group}/microsoft.insights/${path}`;
const vault = async (method: string, path: string, body?: object) =>
  cloud.send(method, `${path}?api-version=7.5`, body, {
    'x-forwarded-host': cloud.world.vaultHost,
    authorization: 'Bearer x',
  });

const points: readonly WirePoint[] = [
  {
    point: 'public IP PUT: 201 Updating, then 200 Updating or Succeeded',
    async holds() {
      const [made, again] = await written(cloud.network('publicIPAddresses/pip-a'), address);
      expect(made).toEqual([201, 'Updating']);
      expect(again?.[0]).toBe(200);
      expect(claimed('public-ip', 'update')).toEqual(new Set(['Updating', 'Succeeded']));
    },
  },
  {
    point: 'interface PUT: 201 mostly Succeeded, 200 Succeeded or Updating',
    async holds() {
      const properties = {
        ipConfigurations: [{ name: 'a', properties: { subnet: cloud.subnet('gateways') } }],
      };
      const [made, again] = await written(cloud.network('networkInterfaces/nic-a'), {
        ...located,
        properties,
      });
      expect([made?.[0], again?.[0]]).toEqual([201, 200]);
      expect(claimed('network-interface', 'create')).toEqual(new Set(['Succeeded', 'Updating']));
      expect(claimed('network-interface', 'update')).toEqual(new Set(['Succeeded', 'Updating']));
    },
  },
  {
    point: 'security group PUT: 201 Updating, then 200 mostly Updating',
    async holds() {
      const [made, again] = await written(cloud.network('networkSecurityGroups/nsg-a'), located);
      expect([made, again?.[0]]).toEqual([[201, 'Updating'], 200]);
    },
  },
  {
    point:
      'balancer PUT: 201 mostly Succeeded, 200 Succeeded or Updating; its pool’s PUT 201 or 200 Updating',
    async holds() {
      const id = cloud.network('loadBalancers/lb-a');
      const [made, again] = await written(id, located);
      expect([made?.[0], again?.[0]]).toEqual([201, 200]);
      expect(claimed('load-balancer', 'create')).toEqual(new Set(['Succeeded', 'Updating']));
      expect(await written(`${id}/backendAddressPools/one`, { properties: {} })).toEqual([
        [201, 'Updating'],
        [200, 'Updating'],
      ]);
    },
  },
  {
    point: 'trap: an interface says Succeeded in its first answer while its operation is InProgress',
    async holds() {
      cloud.holdFrom(longerThanAnswers);
      const properties = {
        ipConfigurations: [{ name: 'a', properties: { subnet: cloud.subnet('gateways') } }],
      };
      const made = await cloud.arm('PUT', cloud.network('networkInterfaces/nic-trap'), {
        ...located,
        properties,
      });
      expect(stateOf(made)).toBe('Succeeded');
      expect((await cloud.arm('GET', operationOf(made))).body).toEqual({ status: 'InProgress' });
    },
  },
  {
    point: 'network, subnet and route table PUT: 201 Updating, then 200 Updating; Retry-After 3 or 10',
    async holds() {
      const network = cloud.network('virtualNetworks/vnet-a');
      const space = { addressSpace: { addressPrefixes: ['10.5.0.0/16'] } };
      const bodies: readonly (readonly [string, object])[] = [
        [network, { ...located, properties: space }],
        [`${network}/subnets/one`, { properties: { addressPrefix: '10.5.1.0/24' } }],
        [cloud.network('routeTables/rt-a'), located],
      ];
      for (const [id, body] of bodies) {
        const [made, again] = [await cloud.made(id, body), await cloud.made(id, body)];
        expect([made, again].map((answer) => [answer.status, stateOf(answer)])).toEqual([
          [201, 'Updating'],
          [200, 'Updating'],
        ]);
        expect(['3', '10']).toContain(made.headers.get('retry-after'));
      }
    },
  },
  {
    point: 'network tags PATCH: 200 Succeeded, without an operation',
    async holds() {
      const id = cloud.network('networkSecurityGroups/nsg-tags');
      await cloud.made(id, located);
      const patched = await cloud.arm('PATCH', id, { tags: { a: 'b' } });
      expect([patched.status, stateOf(patched), operationOf(patched)]).toEqual([200, 'Succeeded', '']);
    },
  },
  {
    point: 'network DELETE, VM DELETE and VM POST: 202 with an empty body',
    async holds() {
      const id = await cloud.makeMachine('gone');
      await cloud.made(cloud.network('publicIPAddresses/pip-gone'), address);
      const answers = [
        await cloud.arm('DELETE', cloud.network('publicIPAddresses/pip-gone')),
        await cloud.arm('POST', `${id}/powerOff`),
      ];
      await cloud.atRest();
      answers.push(await cloud.arm('DELETE', id));
      expect(answers.map(({ status, body }) => [status, body])).toEqual([
        [202, {}],
        [202, {}],
        [202, {}],
      ]);
    },
  },
  {
    point: 'VM PUT: 201 Creating, then 200 Updating; PATCH 200 Updating with an operation',
    async holds() {
      await cloud.makeInterface('nic-vm');
      const [made, again] = await written(cloud.machine('vm'), cloud.machineBody('nic-vm'));
      const patched = await cloud.arm('PATCH', cloud.machine('vm'), { tags: { a: 'b' } });
      expect([made, again]).toEqual([
        [201, 'Creating'],
        [200, 'Updating'],
      ]);
      expect([patched.status, stateOf(patched), operationOf(patched) !== '']).toEqual([
        200,
        'Updating',
        true,
      ]);
    },
  },
  {
    point: 'action group PUT: 201, then 200; its id has microsoft.insights in lower case, its type has not',
    async holds() {
      const id = insights('actionGroups/ag-a');
      const body = { location: 'Global', properties: { groupShortName: 'a', enabled: true } };
      const made = await cloud.arm('PUT', id, body);
      expect([made.status, (await cloud.arm('PUT', id, body)).status]).toEqual([201, 200]);
      expect(made.body).toMatchObject({
        id: expect.stringContaining('/providers/microsoft.insights/') as unknown,
        type: 'Microsoft.Insights/ActionGroups',
      });
      expect(made.headers.get('x-ms-ratelimit-remaining-subscription-resource-requests')).toBe('24');
      expect(operationOf(made)).toBe('');
    },
  },
  {
    point:
      'secret PUT, PATCH and DELETE: 200 without an operation; PATCH shows no value and keeps the version',
    async holds() {
      const made = await vault('PUT', '/secrets/psk-a', { value: 'abcdefgh' });
      const path = new URL(String(made.body['id'])).pathname;
      const patched = await vault('PATCH', path, { attributes: { enabled: true }, tags: { a: 'b' } });
      const gone = await vault('DELETE', '/secrets/psk-a');
      expect([made.status, patched.status, gone.status]).toEqual([200, 200, 200]);
      expect(path).toMatch(/^\/secrets\/psk-a\/[0-9a-f]{32}$/);
      expect(patched.body).toMatchObject({ id: made.body['id'], tags: { a: 'b' } });
      expect(patched.body).not.toHaveProperty('value');
      expect(Object.keys(gone.body)).toEqual(
        expect.arrayContaining(['recoveryId', 'deletedDate', 'scheduledPurgeDate']),
      );
      expect(asRecord(made.body['attributes'])['recoveryLevel']).toBe('CustomizedRecoverable+Purgeable');
    },
  },
  {
    point:
      'network bodies: etag W/"guid" in body and header; children carry id, the parent’s etag and a state',
    async holds() {
      await cloud.makeInterface('nic-body');
      const read = await cloud.arm('GET', cloud.network('networkInterfaces/nic-body'));
      const { etag } = read.body;
      expect(etag).toMatch(/^W\/"[0-9a-f-]{36}"$/);
      expect(read.headers.get('etag')).toBe(etag);
      expect(asList(propertiesOf(read.body)['ipConfigurations'])[0]).toMatchObject({
        id: `${cloud.network('networkInterfaces/nic-body')}/ipConfigurations/primary`,
        etag,
        properties: { provisioningState: 'Succeeded', primary: true, privateIPAddressVersion: 'IPv4' },
      });
    },
  },
  {
    point:
      'public IP: no address in the 201, one in the read after; sku with its tier; zones absent when not given',
    async holds() {
      const id = cloud.network('publicIPAddresses/pip-body');
      const made = await cloud.arm('PUT', id, address);
      await cloud.atRest();
      const read = await cloud.arm('GET', id);
      expect(propertiesOf(made.body)).not.toHaveProperty('ipAddress');
      expect(propertiesOf(made.body)['resourceGuid']).toMatch(/^[0-9a-f-]{36}$/);
      expect(propertiesOf(read.body)['ipAddress']).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      expect(read.body['sku']).toEqual({ name: 'Standard', tier: 'Regional' });
      expect(propertiesOf(read.body)['ddosSettings']).toEqual({ protectionMode: 'VirtualNetworkInherited' });
      expect(read.body).not.toHaveProperty('zones');
    },
  },
  {
    point: 'interface: privateIPAddress and dnsSettings are in the very first 201',
    async holds() {
      const { body } = await cloud.makeInterface('nic-first');
      expect(propertiesOf(body)['dnsSettings']).toMatchObject({ dnsServers: [] });
      expect(propertiesOf(asList(propertiesOf(body)['ipConfigurations'])[0])['privateIPAddress']).toMatch(
        /^10\.1\.4\./,
      );
    },
  },
  {
    point:
      'VM: ETag is a quoted number that grows; vmId from the first 201; no instanceView in a PUT’s answer',
    async holds() {
      await cloud.makeInterface('nic-etag');
      const made = await cloud.arm('PUT', cloud.machine('etag'), cloud.machineBody('nic-etag'));
      await cloud.atRest();
      const before = (await cloud.arm('GET', cloud.machine('etag'))).headers.get('etag') ?? '';
      await cloud.arm('PATCH', cloud.machine('etag'), { tags: { a: 'b' } });
      await cloud.atRest();
      const after = (await cloud.arm('GET', cloud.machine('etag'))).headers.get('etag') ?? '';
      expect(before).toMatch(/^"\d+"$/);
      expect(Number(after.slice(1, -1))).toBeGreaterThan(Number(before.slice(1, -1)));
      const properties = propertiesOf(made.body);
      expect(properties['vmId']).toMatch(/^[0-9a-f-]{36}$/);
      expect(properties).not.toHaveProperty('instanceView');
      expect(asRecord(asRecord(properties['storageProfile'])['imageReference'])).toHaveProperty(
        'exactVersion',
      );
    },
  },
  {
    point: 'ids come back with /resourceGroups/, although the request said /resourcegroups/',
    async holds() {
      const id = cloud.network('publicIPAddresses/pip-lower');
      await cloud.made(id.replace('/resourceGroups/', '/resourcegroups/'), address);
      expect((await cloud.arm('GET', id.toLowerCase())).body).toMatchObject({ id });
    },
  },
  {
    point: 'VM state is in lower case in versions of 2016 and 2017',
    async holds() {
      await cloud.makeMachine('old');
      const read = (version: string) =>
        cloud.arm('GET', `${cloud.machine('old')}?api-version=${version}`).then(stateOf);
      expect([await read('2017-03-30'), await read('2024-11-01')]).toEqual(['succeeded', 'Succeeded']);
    },
  },
  {
    point: 'instance view: no PowerState before power, agent Not Ready right after creation, Ready later',
    async holds() {
      await cloud.makeInterface('nic-view');
      cloud.holdFrom(longerThanAnswers);
      await cloud.arm('PUT', cloud.machine('view'), cloud.machineBody('nic-view'));
      const look = async () =>
        viewOf(await cloud.arm('GET', `${cloud.machine('view')}?$expand=instanceView`));
      expect(await look()).toEqual({ codes: ['ProvisioningState/creating'], agent: 'none' });
      cloud.release();
      let seen = await look();
      while (seen.agent !== 'Ready') seen = await look();
      expect(seen.codes).toEqual(['ProvisioningState/succeeded', 'PowerState/running']);
    },
  },
  {
    point: 'usages: limit, unit Count, currentValue and both names; cores are Total Regional vCPUs',
    async holds() {
      const usages = async (provider: string) => {
        const path = `/subscriptions/${cloud.world.subscriptionId}/providers/${provider}/locations/westeurope/usages`;
        return asList((await cloud.arm('GET', path)).body['value']).map(asRecord);
      };
      const [compute, network] = [await usages('Microsoft.Compute'), await usages('Microsoft.Network')];
      const names = (all: typeof compute) => all.map(({ name }) => asRecord(name)['value']);
      expect(names(compute)).toEqual(
        expect.arrayContaining(['cores', 'virtualMachines', 'availabilitySets', 'lowPriorityCores']),
      );
      expect(names(network)).toEqual(
        expect.arrayContaining(['PublicIPAddresses', 'StaticPublicIPAddresses', 'VirtualNetworks']),
      );
      expect(compute.find(({ name }) => asRecord(name)['value'] === 'cores')).toMatchObject({
        unit: 'Count',
        name: { localizedValue: 'Total Regional vCPUs' },
      });
      expect(network.every((usage) => 'id' in usage)).toBe(true);
    },
  },
];

test.each(points)('$point', ({ holds }) => holds());

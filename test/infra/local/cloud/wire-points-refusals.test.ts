/** What is refused, with which status, code and text? One row a point; texts as recorded where they were. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Fault } from '../../../../infra/local/cloud/faults.js';
import { asList, asRecord } from '../../../../infra/local/cloud/json.js';
import { codeOf, messageOf, operationOf, TestCloud, type Answer } from './helpers/test-cloud.js';
import type { WirePoint } from './helpers/wire-point.js';

let cloud: TestCloud;

beforeAll(async () => {
  cloud = await TestCloud.start();
  const publicIPAddress = { id: cloud.network('publicIPAddresses/pip-used') };
  const networkSecurityGroup = { id: cloud.network('networkSecurityGroups/nsg-used') };
  await cloud.made(publicIPAddress.id, address);
  await cloud.made(networkSecurityGroup.id, located);
  await cloud.makeMachine('used', { publicIPAddress }, { networkSecurityGroup });
});

afterEach(async () => {
  cloud.release();
  cloud.cloud.faults.clear();
  await cloud.atRest();
});

afterAll(() => cloud.close());

const located = { location: 'westeurope', properties: {} };
const address = { ...located, sku: { name: 'Standard' } };
/** Seconds from which time is held back: first answers take less, what is held more. */
const longerThanAnswers = 1;

/** Status, code and text of a refusal, and what else its error holds. */
function refusalOf(answer: Answer) {
  const { code, message, ...more } = asRecord(answer.body['error']);
  return { status: answer.status, code, message, more };
}

const put = (id: string, body: object) => cloud.arm('PUT', id, body).then(refusalOf);
const remove = (id: string) => cloud.arm('DELETE', id).then(refusalOf);

let count = 0;
/** Asks for a machine on an interface of its own. */
async function putMachine(more: object = {}, version = '2024-11-01'): Promise<Answer> {
  const name = `refused-${++count}`;
  await cloud.makeInterface(`nic-${name}`);
  return cloud.arm(
    'PUT',
    `${cloud.machine(name)}?api-version=${version}`,
    cloud.machineBody(`nic-${name}`, more),
  );
}

async function errorInPoll(fault: Fault): Promise<unknown> {
  cloud.cloud.faults.add(fault);
  const made = await putMachine();
  expect(made.status).toBe(201);
  await cloud.atRest();
  return (await cloud.arm('GET', operationOf(made))).body['error'];
}

/** Tries changes of the standing machine; each is refused in the same words. */
async function changed(change: object): Promise<unknown> {
  return put(cloud.machine('used'), cloud.machineBody('nic-used', change));
}

const points: readonly WirePoint[] = [
  {
    point: '400 PublicIPAddressCannotBeDeleted, which names the address and its configuration',
    async holds() {
      const id = cloud.network('publicIPAddresses/pip-used');
      const holder = cloud.network('networkInterfaces/nic-used/ipConfigurations/primary');
      const refused = await remove(id);
      expect(refused).toMatchObject({ status: 400, code: 'PublicIPAddressCannotBeDeleted' });
      expect(refused.message).toContain(
        `Public IP address ${id} can not be deleted since it is still allocated to resource ${holder}.`,
      );
      expect(refused.more).toEqual({ details: [] });
    },
  },
  {
    point: '400 NicInUse, with its link',
    async holds() {
      const id = cloud.network('networkInterfaces/nic-used');
      expect(await remove(id)).toEqual({
        status: 400,
        code: 'NicInUse',
        message:
          `Network Interface ${id} is used by existing resource ${cloud.machine('used')}. In order to delete the network ` +
          'interface, it must be dissociated from the resource. To learn more, see aka.ms/deletenic.',
        more: { details: [] },
      });
    },
  },
  {
    point: '400 InUseNetworkSecurityGroupCannotBeDeleted, which names the interface',
    async holds() {
      const id = cloud.network('networkSecurityGroups/nsg-used');
      const refused = await remove(id);
      expect(refused).toMatchObject({ status: 400, code: 'InUseNetworkSecurityGroupCannotBeDeleted' });
      expect(refused.message).toContain(
        `cannot be deleted because it is in use by the following resources: ${cloud.network('networkInterfaces/nic-used')}.`,
      );
    },
  },
  {
    point: '400 InUseNetworkSecurityGroupCannotBeDeleted for a subnet’s group too',
    async holds() {
      const id = cloud.network('networkSecurityGroups/nsg-subnet');
      await cloud.made(id, located);
      const subnet = cloud.network('virtualNetworks/vnet-spoke/subnets/guarded');
      await cloud.made(subnet, {
        properties: { addressPrefix: '10.1.20.0/24', networkSecurityGroup: { id } },
      });
      const refused = await remove(id);
      expect(refused).toMatchObject({ status: 400, code: 'InUseNetworkSecurityGroupCannotBeDeleted' });
      expect(refused.message).toContain(`in use by the following resources: ${subnet}.`);
      await cloud.arm('DELETE', subnet);
      await cloud.atRest();
      expect(await remove(id)).toMatchObject({ status: 202 });
    },
  },
  {
    point: '400 InUseSubnetCannotBeDeleted, also for a network that is written without the subnet',
    async holds() {
      const id = cloud.network('virtualNetworks/vnet-spoke');
      const { body } = await cloud.arm('GET', id);
      const properties = asRecord(body['properties']);
      const named = (name: string) =>
        asList(properties['subnets'])
          .map(asRecord)
          .filter((one) => one['name'] !== name);
      const refused = await put(id, { ...body, properties: { ...properties, subnets: named('gateways') } });
      expect(refused).toMatchObject({ status: 400, code: 'InUseSubnetCannotBeDeleted' });
      expect(refused.message).toMatch(
        /^Subnet gateways is in use by .*\/ipConfigurations\/primary and cannot be deleted\./,
      );
      const moved = asList(properties['subnets'])
        .map(asRecord)
        .map((one) =>
          one['name'] === 'gateways' ? { ...one, properties: { addressPrefix: '10.1.40.0/24' } } : one,
        );
      expect(await put(id, { ...body, properties: { ...properties, subnets: moved } })).toMatchObject({
        code: 'InUsePrefixCannotBeDeleted',
      });
      expect((await cloud.made(id, body)).status).toBe(200);
      expect(
        await put(id, { ...body, properties: { ...properties, subnets: named('small') } }),
      ).toMatchObject({
        status: 200,
      });
    },
  },
  {
    point: '409 AnotherOperationInProgress, which names the operation by its id or by its URL, details []',
    async holds() {
      cloud.holdFrom(longerThanAnswers);
      const forms = new Set<string>();
      for (let index = 0; forms.size < 2; index++) {
        const id = cloud.network(`networkInterfaces/nic-busy-${index}`);
        const ipConfigurations = [{ name: 'a', properties: { subnet: cloud.subnet('gateways') } }];
        await cloud.arm('PUT', id, { location: 'westeurope', properties: { ipConfigurations } });
        const refused = await remove(id);
        expect(refused).toMatchObject({
          status: 409,
          code: 'AnotherOperationInProgress',
          more: { details: [] },
        });
        const [, named = ''] =
          /^Another operation on this or dependent resource is in progress\. To retrieve status of the operation use uri: (.+)\.$/.exec(
            String(refused.message),
          ) ?? [];
        expect(named).toMatch(/[0-9a-f-]{36}$/);
        forms.add(named.startsWith('https://') ? 'url' : 'id');
      }
    },
  },
  {
    point: '429 RetryableError without Retry-After, for a reference to what is being updated',
    async holds() {
      const balancer = cloud.network('loadBalancers/lb-retry');
      await cloud.made(balancer, located);
      cloud.holdFrom(longerThanAnswers);
      await cloud.arm('PUT', `${balancer}/backendAddressPools/one`, { properties: {} });
      const properties = {
        subnet: cloud.subnet('gateways'),
        loadBalancerBackendAddressPools: [{ id: `${balancer}/backendAddressPools/one` }],
      };
      const answer = await cloud.arm('PUT', cloud.network('networkInterfaces/nic-retry'), {
        location: 'westeurope',
        properties: { ipConfigurations: [{ name: 'a', properties }] },
      });
      expect(refusalOf(answer)).toMatchObject({
        status: 429,
        code: 'RetryableError',
        message: 'A retryable error occurred.',
      });
      const [detail] = asList(asRecord(answer.body['error'])['details']).map(asRecord);
      expect(detail?.['code']).toBe('RetryableErrorDueToAnotherOperation');
      expect(detail?.['message']).toMatch(
        /^Operation \w+ \([0-9a-f-]{36}\) is updating resource .*\. The call can be retried in 11 seconds\.$/,
      );
      expect(answer.headers.get('retry-after')).toBeNull();
    },
  },
  {
    point: '429 RetryableError also while a balancer says Succeeded and its operation still runs',
    async holds() {
      cloud.holdFrom(longerThanAnswers);
      const balancer = cloud.network('loadBalancers/lb-claims');
      const backendAddressPools = [{ name: 'one' }];
      let made = await cloud.arm('PUT', balancer, { ...located, properties: { backendAddressPools } });
      for (let index = 0; asRecord(made.body['properties'])['provisioningState'] !== 'Succeeded'; index++)
        made = await cloud.arm('PUT', `${balancer}-${index}`, {
          ...located,
          properties: { backendAddressPools },
        });
      const loadBalancerBackendAddressPools = [{ id: `${String(made.body['id'])}/backendAddressPools/one` }];
      const properties = { subnet: cloud.subnet('gateways'), loadBalancerBackendAddressPools };
      expect(
        await put(cloud.network('networkInterfaces/nic-claims'), {
          location: 'westeurope',
          properties: { ipConfigurations: [{ name: 'a', properties }] },
        }),
      ).toMatchObject({ status: 429, code: 'RetryableError' });
    },
  },
  {
    point:
      '409 ReferencedResourceNotProvisioned for a reference to what has failed, until it is written again',
    async holds() {
      const type = 'Microsoft.Network/publicIPAddresses';
      const id = cloud.network('publicIPAddresses/pip-failed');
      cloud.cloud.faults.add({ kind: 'operation-fails', type, code: 'InternalServerError', message: 'No.' });
      await cloud.made(id, address);
      cloud.cloud.faults.clear();
      const properties = { subnet: cloud.subnet('gateways'), publicIPAddress: { id } };
      const refer = () =>
        put(cloud.network('networkInterfaces/nic-refers'), {
          location: 'westeurope',
          properties: { ipConfigurations: [{ name: 'a', properties }] },
        });
      expect(await refer()).toMatchObject({ status: 409, code: 'ReferencedResourceNotProvisioned' });
      await cloud.made(id, address);
      expect(await refer()).toMatchObject({ status: 201 });
    },
  },
  {
    point: '409 OperationNotAllowed for a used-up quota, in the newer and in the older words',
    async holds() {
      cloud.cloud.offers.setLimit('cores', 11);
      const [now, old] = [await putMachine(), await putMachine({}, '2018-06-01')].map(refusalOf);
      cloud.cloud.offers.setLimit('cores', 100);
      expect(now).toMatchObject({ status: 409, code: 'OperationNotAllowed' });
      expect(now?.message).toMatch(
        /^Operation could not be completed as it results in exceeding approved Total Regional Cores quota\. Additional details - Deployment Model: Resource Manager, Location: westeurope, Current Limit: 11, Current Usage: 10, Additional Required: 2, \(Minimum\) New Limit Required: 12\. Submit a request for Quota increase at /,
      );
      expect(old).toMatchObject({
        status: 409,
        code: 'OperationNotAllowed',
        message:
          'Operation results in exceeding quota limits of Core. Maximum allowed: 11, Current in use: 10, Additional requested: 2.',
      });
    },
  },
  {
    point: '409 PropertyChangeNotAllowed with its target, for what stays of a machine',
    async holds() {
      expect(await changed({ priority: 'Spot' })).toEqual({
        status: 409,
        code: 'PropertyChangeNotAllowed',
        message: "Changing property 'priority' is not allowed.",
        more: { target: 'priority' },
      });
      const customData = Buffer.from('other').toString('base64');
      expect(await changed({ osProfile: { customData } })).toMatchObject({
        more: { target: 'osProfile.customData' },
      });
      expect(await put(cloud.machine('used'), cloud.machineBody('nic-used', {}, '2'))).toMatchObject({
        message: "Changing property 'zones' is not allowed.",
      });
    },
  },
  {
    point: 'what a write of a machine leaves out of what stays is kept',
    async holds() {
      const id = cloud.machine('used');
      const whole = cloud.machineBody('nic-used') as Readonly<Record<string, object>>; // of one
      const { zones, ...rest } = whole;
      const properties = { ...whole['properties'], osProfile: undefined };
      expect((await cloud.made(id, { ...rest, properties })).status).toBe(200);
      expect((await cloud.arm('GET', id)).body).toMatchObject({
        zones,
        properties: { osProfile: { computerName: 'gw', adminUsername: 'gateway' } },
      });
      await cloud.arm('POST', `${id}/redeploy`);
      await cloud.atRest();
      expect(cloud.guests.booted.at(-1)?.machine).toMatchObject({ zone: '1', customData: '#cloud-config' });
    },
  },
  {
    point: '409 ScopeLocked for a POST too, where only reading is left (by the fault)',
    async holds() {
      cloud.cloud.faults.add({ kind: 'lock', level: 'ReadOnly' });
      const answer = await cloud.arm('POST', `${cloud.machine('used')}/start`);
      expect(refusalOf(answer)).toMatchObject({ status: 409, code: 'ScopeLocked' });
      expect(messageOf(answer)).toContain('cannot perform write operation');
      expect(answer.headers.get('x-ms-failure-cause')).toBe('gateway');
    },
  },
  {
    point: '409 ScopeLocked for a group itself, which stays (by the fault)',
    async holds() {
      cloud.cloud.faults.add({ kind: 'lock', level: 'CanNotDelete' });
      const group = cloud.group.replace(/\/providers$/, '');
      expect(await remove(group)).toMatchObject({ status: 409, code: 'ScopeLocked' });
      expect((await cloud.arm('GET', group)).body).toMatchObject({
        properties: { provisioningState: 'Succeeded' },
      });
    },
  },
  {
    point: 'a PATCH of more than tags is refused by name, and changes nothing',
    async holds() {
      const [machine, group] = [cloud.machine('used'), cloud.network('networkSecurityGroups/nsg-used')];
      const bigger = { hardwareProfile: { vmSize: 'Standard_D4s_v5' } };
      for (const id of [machine, group]) {
        const answer = await cloud.arm('PATCH', id, { tags: { a: 'b' }, properties: bigger });
        expect(refusalOf(answer)).toMatchObject({ status: 400, code: 'PatchNotServed' });
        expect((await cloud.arm('GET', id)).body).not.toHaveProperty('tags');
      }
    },
  },
  {
    point: '412 for If-Match of what isn’t there, whatever it names',
    async holds() {
      const id = cloud.network('publicIPAddresses/pip-unmatched');
      for (const etag of ['*', 'W/"other"'])
        expect((await cloud.arm('PUT', id, address, { 'if-match': etag })).status).toBe(412);
      expect((await cloud.arm('GET', id)).status).toBe(404);
    },
  },
  {
    point:
      'what isn’t served is refused by its name, also where Azure has one; disks are read alone and in a list',
    async holds() {
      const rule = cloud.network('networkSecurityGroups/nsg-used/securityRules/one');
      for (const id of [rule, cloud.network('natGateways/nat'), cloud.network('natGateways')]) {
        const refused = refusalOf(await cloud.arm('GET', id));
        expect([refused.status, refused.code]).toEqual([405, 'ResourceTypeNotServed']);
      }
      const disks = await cloud.arm('GET', `${cloud.group}/Microsoft.Compute/disks`);
      const names = asList(disks.body['value']).map((disk) => asRecord(disk)['name']);
      expect(names).toContain('disk-nic-used');
      const one = await cloud.arm('GET', `${cloud.group}/Microsoft.Compute/disks/disk-nic-used`);
      expect(one.status).toBe(200);
    },
  },
  {
    point: '400 InvalidParameter with its target, for a machine without an account',
    async holds() {
      expect(refusalOf(await putMachine({ osProfile: { computerName: 'gw' } }))).toEqual({
        status: 400,
        code: 'InvalidParameter',
        message: "Required parameter 'adminUsername' is missing (null).",
        more: { target: 'adminUsername' },
      });
    },
  },
  {
    point: '409 SkuNotAvailable at once',
    async holds() {
      cloud.cloud.faults.add({ kind: 'size-not-available', size: 'Standard_D2s_v5' });
      expect(refusalOf(await putMachine())).toMatchObject({
        status: 409,
        code: 'SkuNotAvailable',
        message: expect.stringContaining(
          "'Following SKUs have failed for Capacity Restrictions: Standard_D2s_v5' is currently not available in location 'westeurope'.",
        ) as unknown,
      });
      // One that stands keeps its place.
      expect((await cloud.arm('PATCH', cloud.machine('used'), { tags: {} })).status).toBe(200);
    },
  },
  {
    point:
      'allocation fails in the poll, after the 201: for want of capacity, or of room for the constraints',
    async holds() {
      expect(await errorInPoll({ kind: 'no-capacity', zone: '1' })).toMatchObject({
        code: 'ZonalAllocationFailed',
      });
      cloud.cloud.faults.clear();
      expect(await errorInPoll({ kind: 'no-capacity', because: 'constraints' })).toEqual({
        code: 'OverconstrainedZonalAllocationRequest',
        message:
          'Allocation failed. VM(s) with the following constraints cannot be allocated, because the condition is too restrictive. ' +
          'Please remove some constraints and try again. Constraints applied are:\n  - Availability Zone\n  - VM Size\n',
      });
    },
  },
  {
    point: '400 ResourceAvailabilityZonesCannotBeModified, on a frontend and on an address',
    async holds() {
      const id = cloud.network('loadBalancers/lb-zones');
      const frontend = (zones: readonly string[]) => ({
        location: 'westeurope',
        properties: {
          frontendIPConfigurations: [{ name: 'f', zones, properties: { subnet: cloud.subnet('workloads') } }],
        },
      });
      await cloud.made(id, frontend(['1']));
      const refused = await put(id, frontend(['1', '2']));
      expect(refused).toMatchObject({ status: 400, code: 'ResourceAvailabilityZonesCannotBeModified' });
      expect(refused.message).toContain(
        `Resource ${id}/frontendIPConfigurations/f has an existing availability zone constraint 1 and the request has availability zone constraint 1, 2, which do not match.`,
      );
      expect(
        await put(cloud.network('publicIPAddresses/pip-used'), { ...address, zones: ['1'] }),
      ).toMatchObject({ status: 400, code: 'ResourceAvailabilityZonesCannotBeModified' });
    },
  },
  {
    point: '409 InvalidResourceLocation, for a move to another region',
    async holds() {
      const id = cloud.network('publicIPAddresses/pip-used');
      expect(await put(id, { ...address, location: 'northeurope' })).toMatchObject({
        status: 409,
        code: 'InvalidResourceLocation',
      });
    },
  },
  {
    point: '503 ServerTimeout and 504 GatewayTimeout name what a support case needs',
    async holds() {
      cloud.cloud.faults.add({ kind: 'failing-calls', share: 1, shapes: ['server-timeout'] });
      const late = await cloud.arm('GET', cloud.machine('used'));
      cloud.cloud.faults.clear();
      cloud.cloud.faults.add({ kind: 'failing-calls', share: 1, shapes: ['gateway-timeout'] });
      const lost = await cloud.arm('GET', cloud.machine('used'));
      expect([late.status, codeOf(late), lost.status, codeOf(lost)]).toEqual([
        503,
        'ServerTimeout',
        504,
        'GatewayTimeout',
      ]);
      expect(messageOf(late)).toMatch(
        new RegExp(
          `^The request timed out\\. Diagnostic information: timestamp '.+', subscription id '${cloud.world.subscriptionId}', tracking id '[0-9a-f-]{36}'\\.$`,
        ),
      );
      expect(messageOf(lost)).toContain("'Microsoft.Compute'");
    },
  },
  {
    point: 'what fails after its work has been done all the same: a cut connection, a 504',
    async holds() {
      const id = (name: string) => cloud.network(`publicIPAddresses/pip-${name}`);
      const failing = async (shape: 'cut-before' | 'cut-after' | 'gateway-timeout-after', name: string) => {
        cloud.cloud.faults.add({ kind: 'failing-calls', share: 1, shapes: [shape] });
        const answer = await cloud.arm('PUT', id(name), address).catch(() => undefined);
        cloud.cloud.faults.clear();
        return [answer?.status, (await cloud.arm('GET', id(name))).status];
      };
      expect(await failing('cut-before', 'cut')).toEqual([undefined, 404]);
      expect(await failing('cut-after', 'cut-late')).toEqual([undefined, 200]);
      expect(await failing('gateway-timeout-after', 'late')).toEqual([504, 200]);
      expect(cloud.cloud.calls().filter(({ status }) => status === 0)).toHaveLength(2);
    },
  },
  {
    point:
      'ARM’s own 404 has x-ms-failure-cause gateway and one id for request and correlation; a provider’s has not',
    async holds() {
      const own = await cloud.arm('GET', cloud.network('publicIPAddresses/none'));
      const header = (answer: Answer, name: string) => answer.headers.get(name);
      expect([own.status, codeOf(own), header(own, 'x-ms-failure-cause')]).toEqual([
        404,
        'ResourceNotFound',
        'gateway',
      ]);
      expect(header(own, 'x-ms-request-id')).toBe(header(own, 'x-ms-correlation-request-id'));
      const well = await cloud.arm('GET', cloud.network('publicIPAddresses/pip-used'));
      expect(header(well, 'x-ms-request-id')).not.toBe(header(well, 'x-ms-correlation-request-id'));
      expect(header(well, 'x-ms-arm-service-request-id')).toBe(header(well, 'x-ms-request-id'));
      expect(header(well, 'x-ms-routing-request-id')).toMatch(/^WESTEUROPE:\d{8}T\d{6}Z:[0-9a-f-]{36}$/);
    },
  },
  {
    point: 'metric alert 400: {"Code":"BadRequest","Message":…}, in capitals and without a wrapper',
    async holds() {
      const { status, body } = await cloud.arm(
        'PUT',
        `${cloud.group}/Microsoft.Insights/metricAlerts/alert`,
        located,
      );
      expect([status, Object.keys(body), body['Code']]).toEqual([400, ['Code', 'Message'], 'BadRequest']);
    },
  },
];

test.each(points)('$point', ({ holds }) => holds());

/** Does @azure/arm-compute get along with the simulated cloud as with Azure? Its pollers to the end, lists, errors. */
/* eslint-disable @typescript-eslint/no-deprecated -- the pollers' older names, which are all over users' code; the newer are in the last test. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { ComputeManagementClient, restorePoller, type VirtualMachine } from '@azure/arm-compute';
import { all, errorOf, group, SdkCloud } from './helpers/sdk-cloud.js';

// An SDK takes a while to load on a machine that is busy.
jest.setTimeout(30_000);

let sdk: SdkCloud;
let compute: ComputeManagementClient;

const location = 'westeurope';

/** More machines than are on a page, or on two. */
const others = Array.from({ length: 230 }, (_, index) => `other-${index}`);

beforeAll(async () => {
  sdk = await SdkCloud.start({}, (world) => ({
    ...world,
    resources: [
      ...world.resources,
      ...others.map((name) => ({
        ...{ resourceGroup: group, type: 'Microsoft.Compute/virtualMachines', name },
        body: { location, properties: {} },
      })),
    ],
  }));
  compute = sdk.noted(new ComputeManagementClient(...sdk.subscription));
});

afterAll(() => sdk.close('@azure/arm-compute'));

/** A machine with an interface of its own. */
async function aMachine(name: string): Promise<VirtualMachine> {
  await sdk.cloud.makeInterface(`nic-${name}`);
  return {
    location,
    zones: ['1'],
    hardwareProfile: { vmSize: 'Standard_D2s_v5' },
    storageProfile: {
      imageReference: { publisher: 'debian', offer: 'debian-12', sku: '12-gen2', version: 'latest' },
      osDisk: { name: `disk-${name}`, createOption: 'FromImage', deleteOption: 'Delete' },
    },
    osProfile: { computerName: name, adminUsername: 'tunnelkeeper' },
    networkProfile: { networkInterfaces: [{ id: sdk.cloud.network(`networkInterfaces/nic-${name}`) }] },
  };
}

const powerOf = async (name: string) => {
  const { instanceView } = await compute.virtualMachines.get(group, name, { expand: 'instanceView' });
  return instanceView?.statuses?.map(({ code }) => code).find((code) => code?.startsWith('PowerState/'));
};

test('a machine is made, changed, switched, moved and deleted, each to the end', async () => {
  const { virtualMachines } = compute;
  const made = await virtualMachines.beginCreateOrUpdateAndWait(group, 'vm', await aMachine('vm'));
  expect(made).toMatchObject({ name: 'vm', provisioningState: 'Succeeded', zones: ['1'] });
  expect(made.vmId).toMatch(/^[0-9a-f-]{36}$/);
  const tagged = await virtualMachines.beginUpdateAndWait(group, 'vm', { tags: { site: 'hq' } });
  expect(tagged).toMatchObject({ tags: { site: 'hq' }, vmId: made.vmId });
  await virtualMachines.beginPowerOffAndWait(group, 'vm');
  expect(await powerOf('vm')).toBe('PowerState/stopped');
  await virtualMachines.beginStartAndWait(group, 'vm');
  await virtualMachines.beginRestartAndWait(group, 'vm');
  await virtualMachines.beginRedeployAndWait(group, 'vm');
  expect(await powerOf('vm')).toBe('PowerState/running');
  await virtualMachines.beginDeallocateAndWait(group, 'vm');
  expect(await powerOf('vm')).toBe('PowerState/deallocated');
  expect(await compute.disks.get(group, 'disk-vm')).toMatchObject({ managedBy: made.id });
  await virtualMachines.beginDeleteAndWait(group, 'vm');
  expect(await errorOf(virtualMachines.get(group, 'vm'))).toMatchObject({
    ...{ name: 'RestError', code: 'ResourceNotFound', statusCode: 404 },
  });
});

test('run commands are made, shown, listed and deleted', async () => {
  const { virtualMachines, virtualMachineRunCommands: commands } = compute;
  await virtualMachines.beginCreateOrUpdateAndWait(group, 'vm-run', await aMachine('vm-run'));
  const body = { location, source: { script: 'true' }, timeoutInSeconds: 60 };
  await commands.beginCreateOrUpdateAndWait(group, 'vm-run', 'setup', body);
  const shown = await commands.getByVirtualMachine(group, 'vm-run', 'setup', { expand: 'instanceView' });
  expect(shown.instanceView).toMatchObject({ executionState: 'Succeeded', exitCode: 0, output: 'done\n' });
  expect((await all(commands.listByVirtualMachine(group, 'vm-run'))).map(({ name }) => name)).toEqual([
    'setup',
  ]);
  expect((await commands.beginUpdateAndWait(group, 'vm-run', 'setup', { tags: { a: 'b' } })).tags).toEqual({
    a: 'b',
  });
  await commands.beginDeleteAndWait(group, 'vm-run', 'setup');
  expect(await all(commands.listByVirtualMachine(group, 'vm-run'))).toEqual([]);
});

test('a list goes on over all of its pages', async () => {
  const names = (await all(compute.virtualMachines.listAll()))
    .map(({ name = '' }) => name)
    .filter((name) => name.startsWith('other-'));
  expect(names).toEqual(others);
  const sizes: number[] = [];
  for await (const page of compute.virtualMachines.listAll({ statusOnly: 'true' }).byPage())
    sizes.push(page.length);
  expect(sizes.slice(0, 2)).toEqual([100, 100]);
  expect((await all(compute.virtualMachines.list(group))).length).toBeGreaterThan(229);
});

test('what is offered and used is read', async () => {
  const skus = await all(compute.resourceSkus.list({ filter: "location eq 'westeurope'" }));
  expect(skus.find(({ name }) => name === 'Standard_D2s_v5')?.locationInfo?.[0]?.zones).toEqual([
    '1',
    '2',
    '3',
  ]);
  const usages = await all(compute.usage.list(location));
  expect(usages.find(({ name }) => name.value === 'cores')?.limit).toBe(100);
  const images = await compute.virtualMachineImages.list(location, 'debian', 'debian-12', '12-gen2');
  expect(images.length).toBeGreaterThan(0);
});

test('a creation that fails later is told by the poller with its code', async () => {
  sdk.cloud.cloud.faults.add({ kind: 'no-capacity', zone: '1' });
  const { virtualMachines } = compute;
  const failed = await errorOf(
    virtualMachines.beginCreateOrUpdateAndWait(group, 'vm-nowhere', await aMachine('vm-nowhere')),
  );
  sdk.cloud.cloud.faults.clear();
  expect(failed.message).toContain('ZonalAllocationFailed');
  expect(await virtualMachines.get(group, 'vm-nowhere')).toMatchObject({ provisioningState: 'Failed' });
});

test('a refusal is a RestError with Azure’s code', async () => {
  const { virtualMachines } = compute;
  const body = await aMachine('vm-refused');
  const tooBig = { ...body, hardwareProfile: { vmSize: 'Standard_M416s_v2' } };
  expect(await errorOf(virtualMachines.beginCreateOrUpdate(group, 'vm-refused', tooBig))).toMatchObject({
    ...{ name: 'RestError', statusCode: 400 },
  });
  await virtualMachines.beginCreateOrUpdateAndWait(group, 'vm-refused', body);
  expect(await errorOf(virtualMachines.beginCreateOrUpdate(group, 'vm-second', body))).toMatchObject({
    ...{ code: 'NicInUse', statusCode: 400 },
  });
  await virtualMachines.beginDeallocateAndWait(group, 'vm-refused');
  expect(await errorOf(virtualMachines.beginRestart(group, 'vm-refused'))).toMatchObject({
    ...{ code: 'OperationNotAllowed', statusCode: 409 },
  });
});

test('a poller is restored from what another has written down', async () => {
  const plain = new ComputeManagementClient(...sdk.subscription);
  const body = await aMachine('vm-restored');
  sdk.cloud.holdFrom(1);
  const poller = plain.virtualMachines.createOrUpdate(group, 'vm-restored', body);
  const state = await poller.serialize();
  const restored = restorePoller(plain, state, plain.virtualMachines.createOrUpdate);
  sdk.cloud.release();
  expect(await restored.pollUntilDone()).toMatchObject({
    name: 'vm-restored',
    provisioningState: 'Succeeded',
  });
  const writes = sdk.cloud.cloud
    .calls()
    .filter(({ method, path }) => method === 'PUT' && path.endsWith('/vm-restored'));
  expect(writes).toHaveLength(1);
  await poller.pollUntilDone();
});

test('every write, action and deletion that is served was made to its end', () => {
  const machine = [
    'CreateOrUpdate',
    'Update',
    'PowerOff',
    'Start',
    'Restart',
    'Redeploy',
    'Deallocate',
    'Delete',
  ];
  const wanted = [
    ...machine.map((name) => `virtualMachines.begin${name}AndWait`),
    ...['CreateOrUpdate', 'Update', 'Delete'].map((name) => `virtualMachineRunCommands.begin${name}AndWait`),
  ];
  expect(wanted.filter((operation) => !sdk.used.has(operation))).toEqual([]);
});

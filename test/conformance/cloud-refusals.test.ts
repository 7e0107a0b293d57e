/** Do refusals of the simulated cloud keep to Microsoft's descriptions, and would a fault be found? */
import { expect } from '@jest/globals';
import type { Exchange } from '../../infra/local/cloud/server.js';
import type { Answer } from '../infra/local/cloud/helpers/test-cloud.js';
import { CheckedCloud, faultless, json, testWithSpecs } from './checked-cloud.js';
import { checked, cloud } from './started-cloud.js';

testWithSpecs('refusals: what is not there, in use, changed meanwhile, or nonsense', async () => {
  await cloud.makeInterface('nic-refused');
  const inUse = cloud.network('networkInterfaces/nic-refused');
  await cloud.made(cloud.machine('refused'), cloud.machineBody('nic-refused'));
  const address = { location: 'westeurope', sku: { name: 'Standard' }, properties: {} };
  const statuses: number[] = [];
  const note = async (answer: Promise<Answer>) => statuses.push((await answer).status);
  const seen = await checked.seenOf(async () => {
    await note(cloud.arm('DELETE', inUse));
    await note(cloud.arm('GET', cloud.network('loadBalancers/none')));
    await note(cloud.arm('POST', `${cloud.machine('none')}/start`));
    await note(cloud.arm('GET', `${cloud.machine('refused')}/runCommands/none`));
    const warehouse = cloud.network('publicIPAddresses/pip-warehouse');
    await note(cloud.arm('PUT', warehouse, address, { ...json, 'if-match': 'W/"other"' }));
    await note(cloud.arm('PUT', cloud.machine('second'), cloud.machineBody('nic-refused'), json));
    await note(checked.vault('GET', '/secrets/none/1'));
    await note(checked.vault('PATCH', '/secrets/none/1', { attributes: { enabled: false } }));
    await note(checked.vault('GET', '/deletedsecrets/none'));
  });
  expect(statuses).toEqual([400, 404, 404, 404, 412, 400, 404, 404, 404]);
  expect(seen).toEqual(
    faultless(
      ...['NetworkInterfaces_Delete', 'LoadBalancers_Get', 'PublicIPAddresses_CreateOrUpdate'],
      ...['VirtualMachines_Start', 'VirtualMachines_CreateOrUpdate'],
      'VirtualMachineRunCommands_GetByVirtualMachine',
      ...['GetSecret', 'UpdateSecret', 'GetDeletedSecret'],
    ),
  );
});

testWithSpecs('refusals of the app’s role', async () => {
  const strict = await CheckedCloud.start([]);
  const asApp = 'Bearer local';
  const seen = await strict.seenOf(async () => {
    const read = await strict.cloud.arm('GET', strict.cloud.machine('none'), undefined, {
      authorization: asApp,
    });
    const secret = await strict.vault('GET', '/secrets/psk/1', undefined, asApp);
    expect([read.status, secret.status]).toEqual([403, 403]);
  });
  await strict.close();
  expect(seen).toEqual(faultless('VirtualMachines_Get', 'GetSecret'));
});

testWithSpecs('a planted fault is found in each part', async () => {
  const areFaulty = (change: (exchange: Exchange) => Exchange) =>
    Promise.all(
      checked.exchanges.map(async (exchange) => (await checked.validate(change(exchange))).faults.length > 0),
    );
  await checked.seenOf(async () => {
    await cloud.arm('GET', cloud.network('publicIPAddresses/pip-warehouse'));
    await checked.vault('PUT', '/secrets/psk-planted', { value: 'x'.repeat(64) });
  });
  expect(await areFaulty((exchange) => exchange)).toEqual([false, false]);
  expect(await areFaulty((exchange) => ({ ...exchange, responseBody: { id: 7, tags: 'none' } }))).toEqual([
    true,
    true,
  ]);
});

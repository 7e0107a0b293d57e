/** Is every described operation that the simulated cloud serves held against its description? Found out by asking it. */
import { expect, jest } from '@jest/globals';
import type { Exchange } from '../../infra/local/cloud/server.js';
import type { Answer } from '../infra/local/cloud/helpers/test-cloud.js';
import { json, testWithSpecs } from './checked-cloud.js';
import { describedOperations, pathOf, type DescribedOperation } from './described-operations.js';
import { makeSchemaCheck } from './resource-schemas.js';
import { servedCalls, type ServedCall } from './served-calls.js';
import { checked, cloud } from './started-cloud.js';

jest.setTimeout(60_000);

let standingNames: Promise<Readonly<Record<string, string>>> | undefined;

/** What stands, made once. */
function standing(): Promise<Readonly<Record<string, string>>> {
  return (standingNames ??= makeStanding());
}

/** What is named in a question to which nobody has an answer, unless it is served: everything stands. */
async function makeStanding(): Promise<Readonly<Record<string, string>>> {
  await cloud.makeMachine('standing', { publicIPAddress: await makeAddress() });
  const setup = `${cloud.machine('standing')}/runCommands/setup`;
  await cloud.made(setup, { location: 'westeurope', properties: { source: { script: 'true' } } });
  await cloud.made(cloud.network('networkSecurityGroups/standing'), {
    location: 'westeurope',
    properties: {},
  });
  const frontend = { name: 'frontend', properties: { subnet: cloud.subnet('gateways') } };
  await cloud.made(cloud.network('loadBalancers/standing'), {
    location: 'westeurope',
    properties: { frontendIPConfigurations: [frontend], backendAddressPools: [{ name: 'pool' }] },
  });
  cloud.cloud.vault.set('standing', 'x');
  return {
    subscriptionId: cloud.world.subscriptionId,
    ...{ resourceGroupName: 'rg-spoke', location: 'westeurope', vmName: 'standing', runCommandName: 'setup' },
    ...{
      diskName: 'disk-nic-standing',
      publicIpAddressName: 'standing',
      networkInterfaceName: 'nic-standing',
    },
    ...{ networkSecurityGroupName: 'standing', securityRuleName: 'any', loadBalancerName: 'standing' },
    ...{ backendAddressPoolName: 'pool', frontendIPConfigurationName: 'frontend', inboundNatRuleName: 'any' },
    ...{
      loadBalancingRuleName: 'any',
      probeName: 'any',
      virtualNetworkName: 'vnet-spoke',
      subnetName: 'gateways',
    },
    ...{ natGatewayName: 'any', actionGroupName: 'standing', notificationId: '1', ruleName: 'standing' },
    ...{ 'secret-name': 'standing', 'secret-version': 'newest', resourceUri: cloud.machine('standing') },
    ...{
      resourceProvider: 'Microsoft.Compute',
      resourceTypeName: 'virtualMachines',
      resourceName: 'standing',
    },
  };
}

async function makeAddress(): Promise<{ readonly id: string }> {
  const id = cloud.network('publicIPAddresses/standing');
  const properties = { publicIPAllocationMethod: 'Static' };
  await cloud.made(id, { location: 'westeurope', sku: { name: 'Standard' }, properties });
  return { id };
}

async function call({ method, target, host, body }: ServedCall): Promise<Answer> {
  const headers = body === undefined ? {} : json;
  if (host === undefined) return cloud.arm(method, target, body, headers);
  const own = { 'x-forwarded-host': host, authorization: 'Bearer x', ...headers };
  return cloud.send(method, target, body, own);
}

/** Does one call after the other. Fails at the first that is refused. */
async function exchangesOf(calls: readonly ServedCall[]): Promise<readonly Exchange[]> {
  const all: Exchange[] = [];
  for (const one of calls) {
    checked.exchanges.length = 0;
    const { status, body } = await call(one);
    const [exchange] = checked.exchanges;
    if (exchange === undefined || status >= 300)
      throw new Error(`${one.method} ${one.target} answered ${status}: ${JSON.stringify(body)}`);
    all.push(exchange);
    await cloud.atRest();
  }
  return all;
}

/** Ids of the operations that somebody answers for; deletions are asked last, while all else stands. */
async function servedAmong(
  operations: readonly DescribedOperation[],
  named: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const isLast = ({ method }: DescribedOperation) => Number(method === 'DELETE');
  const served: string[] = [];
  for (const operation of operations.toSorted((one, other) => isLast(one) - isLast(other))) {
    if (await isServed(operation, named)) served.push(operation.id);
    await cloud.atRest();
  }
  return served;
}

/** Says whether somebody answers for an operation: nobody does with 404 or 405 while all that it names stands. */
async function isServed(
  operation: DescribedOperation,
  named: Readonly<Record<string, string>>,
): Promise<boolean> {
  const target = pathOf(operation, named);
  const host = /^\/(deleted)?secrets/.test(target) ? cloud.world.vaultHost : undefined;
  const body = operation.method === 'GET' || operation.method === 'DELETE' ? undefined : {};
  const asked = { method: operation.method, target, ...(host === undefined ? {} : { host }) };
  const { status } = await call(body === undefined ? asked : { ...asked, body });
  return status !== 404 && status !== 405;
}

testWithSpecs(
  'what is served is told from what is not, and a planted fault is found by the schemas',
  async () => {
    const named = await standing();
    const served = new Map<string, boolean>();
    for (const operation of describedOperations()) {
      if (/^(NatGateways_Get|Disks_Get|Subnets_Get|RestoreSecret|SetSecret)$/.test(operation.id))
        served.set(operation.id, await isServed(operation, named));
    }
    expect(Object.fromEntries(served)).toEqual({
      ...{
        Disks_Get: true,
        NatGateways_Get: false,
        RestoreSecret: false,
        SetSecret: true,
        Subnets_Get: true,
      },
    });
    checked.exchanges.length = 0;
    const nic = cloud.network('networkInterfaces/nic-standing');
    await call({ method: 'GET', target: nic });
    const [exchange] = checked.exchanges;
    if (exchange === undefined) throw new Error('Nothing was exchanged.');
    const checkBodies = makeSchemaCheck();
    expect(checkBodies(exchange)).toEqual({ faults: [], bodies: 1 });
    const wrong = { location: 'westeurope', properties: { enableIPForwarding: 'yes' } };
    expect(checkBodies({ ...exchange, responseBody: wrong }).faults).not.toEqual([]);
    expect(checkBodies({ ...exchange, method: 'PUT', body: wrong }).faults).not.toEqual([]);
  },
);

testWithSpecs(
  'every operation that is served and described was called, and each pair keeps to its description',
  async () => {
    const named = await standing();
    const exchanges = await exchangesOf(servedCalls(cloud));
    const served = await servedAmong(describedOperations(), named);
    // Not between the calls: reading the schemas takes longer than a server keeps a connection that is idle.
    const checkBodies = makeSchemaCheck();
    let bodies = 0;
    const validated = new Set<string>();
    const faults: string[] = [];
    const undescribed: string[] = [];
    for (const exchange of exchanges) {
      const { method, target, status } = exchange;
      const verdict = await checked.validate(exchange);
      const bySchema = checkBodies(exchange);
      bodies += bySchema.bodies;
      const all = [...verdict.faults, ...bySchema.faults];
      faults.push(...all.map((fault) => `${method} ${target} ${status}: ${fault}`));
      if (verdict.isUndescribed) undescribed.push(`${method} ${target.replace(/^.*\/providers|\?.*$/g, '')}`);
      else if (all.length === 0) validated.add(verdict.operation);
    }
    const missing = served.filter((id) => !validated.has(id));
    process.stdout.write(
      `${new Set([...served, ...validated]).size} operations served and described, ${validated.size} validated, ` +
        `${exchanges.length - undescribed.length} pairs, faults ${faults.length}; ${bodies} bodies against the newer schemas; ` +
        `served and not described: ${undescribed.join(', ')}\n`,
    );
    expect(faults).toEqual([]);
    expect(missing).toEqual([]);
    expect(validated.size).toBeGreaterThan(60);
  },
);

/** What do deletions, operations and secrets do with what Azure answers? */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { askOperations } from '../../../shared/azure/ask-operations.js';
import { beginDeletion } from '../../../shared/azure/begin-deletion.js';
import { secretState } from '../../../shared/azure/key-vault.js';
import type { Operation } from '../../../shared/site/intent.js';
import { aSlot, anOperation, aSite, policy } from '../site/helpers/builders.js';
import { placementOf } from '../../../shared/site/desired-site.js';
import { startWire, type Wire, type WireAnswer } from './helpers/wire.js';

let wire: Wire;

beforeAll(async () => {
  wire = await startWire();
}, 30_000);
beforeEach(() => {
  wire.reset();
});
afterAll(() => wire.stop());

const group = `/subscriptions/${policy.subscriptionId}/resourceGroups/rg-gateways/providers`;
const operationPath = `/subscriptions/${policy.subscriptionId}/providers/Microsoft.Network/locations/westeurope/operations/o`;
const url = `https://management.azure.com${operationPath}?api-version=2025-01-01`;

describe('beginDeletion', () => {
  const path = `${group}/Microsoft.Network/publicIPAddresses/pip-hq-z1-1`;
  const remove = () =>
    beginDeletion({
      placement: placementOf(aSite(), policy),
      kind: 'public-ip',
      name: 'pip-hq-z1-1',
      slot: aSlot('1'),
    });
  const accepted = {
    status: 202,
    headers: { 'azure-asyncoperation': url, location: url, 'retry-after': '10' },
  };

  test('deletes what bears the site’s tag, and doesn’t wait for the end', async () => {
    const found = { body: { name: 'pip-hq-z1-1', tags: { 'tunnelkeeper-site': 'hq' } } };
    wire.answers = { [`GET ${path}`]: found, [`DELETE ${path}`]: accepted };
    await expect(remove()).resolves.toEqual({
      ok: true,
      value: { operation: { url, retryAfterSeconds: 10 } },
    });
    expect(wire.asked()).toEqual([`GET ${path}`, `DELETE ${path}`]);
  });

  test.each([
    { when: 'it bears another site’s tag', tags: { 'tunnelkeeper-site': 'branch' } },
    { when: 'it bears no tag', tags: undefined },
  ])('never deletes somebody else’s when $when', async ({ tags }) => {
    wire.answers = { [`GET ${path}`]: { body: { name: 'pip-hq-z1-1', tags } }, [`DELETE ${path}`]: accepted };
    await expect(remove()).resolves.toMatchObject({ ok: false, problem: { type: '/problems/name-taken' } });
    expect(wire.asked()).toEqual([`GET ${path}`]);
  });

  test('is done when there is nothing left to delete', async () => {
    wire.answers = {};
    await expect(remove()).resolves.toEqual({ ok: true, value: {} });
  });
});

const ask = async (operation: Operation) => {
  const scope = {
    site: aSite().name,
    subscriptionId: policy.subscriptionId,
    resourceGroup: 'rg-gateways',
    region: 'westeurope',
    secretNames: [],
  };
  const [answer] = await askOperations(scope, [operation], {
    diagnosis: () => undefined,
    result: () => undefined,
  });
  return answer;
};

describe('askOperations asks a balancer’s operation by its URL', () => {
  const balancer = anOperation({ kind: 'load-balancer', name: 'lb-hq', url });
  const rows: readonly { readonly when: string; readonly answer: WireAnswer; readonly told: object }[] = [
    {
      when: 'it runs',
      answer: { body: { status: 'InProgress' }, headers: { 'retry-after': '10' } },
      told: { state: 'running', retryAfterSeconds: 10 },
    },
    { when: 'it ended well', answer: { body: { status: 'Succeeded' } }, told: { state: 'succeeded' } },
    { when: 'its result is not there yet', answer: { status: 202 }, told: { state: 'running' } },
    { when: 'its result is empty', answer: { status: 204 }, told: { state: 'succeeded' } },
    { when: 'Azure has forgotten it', answer: { status: 404, body: {} }, told: { state: 'succeeded' } },
    { when: 'the question failed', answer: { status: 503, body: {} }, told: { state: 'running' } },
    {
      when: 'it failed',
      answer: { body: { status: 'Failed', error: { code: 'SubnetIsFull', message: 'No address is left.' } } },
      told: { state: 'failed', problem: { type: '/problems/no-free-addresses', code: 'SubnetIsFull' } },
    },
    {
      when: 'it was cancelled',
      answer: {
        body: { status: 'Canceled', error: { code: 'AnotherOperationInProgress', message: 'Superseded.' } },
      },
      told: { state: 'failed', problem: { type: '/problems/conflict' } },
    },
  ];
  test.each(rows)('and says $told.state when $when', async ({ answer, told }) => {
    wire.answers = { [`GET ${operationPath}`]: answer };
    await expect(ask(balancer)).resolves.toMatchObject(told);
  });

  test('and takes one without a URL for done', async () => {
    const { url: dropped, ...without } = balancer;
    expect(dropped).toBe(url);
    await expect(ask(without)).resolves.toEqual({ state: 'succeeded' });
  });
});

describe('askOperations reads machines by one list', () => {
  const list = `GET ${group}/Microsoft.Compute/virtualMachines`;
  const machine = (provisioningState: string) => ({
    body: {
      value: [
        {
          name: 'vm-hq-z1-1-g1',
          id: '/vm',
          location: 'westeurope',
          tags: { 'tunnelkeeper-site': 'hq', 'tunnelkeeper-slot': 'hq-z1-1', 'tunnelkeeper-generation': '1' },
          properties: { provisioningState, instanceView: { statuses: [{ code: 'PowerState/running' }] } },
        },
      ],
    },
  });
  const operation = anOperation({ kind: 'virtual-machine', name: 'vm-hq-z1-1-g1', slot: aSlot('1'), url });
  const failed = {
    body: { status: 'Failed', error: { code: 'AllocationFailed', message: 'Allocation failed.' } },
  };

  test('and says where one that was made stands', async () => {
    wire.answers = { [list]: machine('Succeeded') };
    await expect(ask(operation)).resolves.toMatchObject({
      state: 'succeeded',
      observed: { state: 'settled', power: 'running' },
    });
  });

  test('and lets one that is being made run', async () => {
    wire.answers = { [list]: machine('Creating') };
    await expect(ask(operation)).resolves.toMatchObject({
      state: 'running',
      observed: { state: 'changing' },
    });
  });

  test('and asks the operation why one failed', async () => {
    wire.answers = { [list]: machine('Failed'), [`GET ${operationPath}`]: failed };
    await expect(ask(operation)).resolves.toMatchObject({
      state: 'failed',
      problem: { type: '/problems/capacity-lacking', code: 'AllocationFailed' },
      observed: { state: 'failed' },
    });
  });

  test('and says of a deletion that it is done once the machine is gone, not before', async () => {
    const deletion = { ...operation, verb: 'delete' as const };
    wire.answers = { [list]: machine('Deleting') };
    await expect(ask(deletion)).resolves.toEqual({ state: 'running' });
    wire.answers = { [list]: { body: { value: [] } } };
    await expect(ask(deletion)).resolves.toEqual({ state: 'succeeded' });
  });

  test('and takes a list that failed for no answer', async () => {
    wire.answers = { [list]: { status: 503, body: {} } };
    await expect(ask({ ...operation, verb: 'delete' })).resolves.toEqual({ state: 'running' });
  });
});

describe('secretState', () => {
  const secret = (value: string): WireAnswer => ({
    body: {
      value,
      id: 'https://kv.vault.azure.net/secrets/psk-hq/0123456789abcdef0123456789abcdef',
      attributes: { enabled: true },
    },
  });
  const version = '0123456789abcdef0123456789abcdef';
  const disabled = {
    error: {
      code: 'Forbidden',
      message: 'Operation get is not allowed on a disabled secret.',
      innererror: { code: 'SecretDisabled' },
    },
  };
  const absent = { error: { code: 'SecretNotFound', message: 'Secret not found: psk-hq' } };

  test.each([
    { when: 'it has 8 letters and digits', answer: secret('Horse123'), told: { state: 'usable', version } },
    { when: 'it has 255', answer: secret('x'.repeat(255)), told: { state: 'usable', version } },
    { when: 'it has 7', answer: secret('Horse12'), told: { state: 'unusable', because: 'length' } },
    { when: 'it has 256', answer: secret('x'.repeat(256)), told: { state: 'unusable', because: 'length' } },
    {
      when: 'it has a dollar',
      answer: secret('Horse$123'),
      told: { state: 'unusable', because: 'characters' },
    },
    {
      when: 'it ends with a line break',
      answer: secret('Horse1234\n'),
      told: { state: 'unusable', because: 'characters' },
    },
    { when: 'it is disabled', answer: { status: 403, body: disabled }, told: { state: 'disabled' } },
    { when: 'nobody stored it', answer: { status: 404, body: absent }, told: { state: 'missing' } },
  ])('is $told.state when $when, and never holds the value', async ({ answer, told }) => {
    wire.answers = { 'GET /secrets/psk-hq/': answer, 'GET /secrets/psk-hq': answer };
    const state = await secretState('psk-hq');
    expect(state).toMatchObject({ ok: true, value: { name: 'psk-hq', ...told } });
    expect(JSON.stringify(state)).not.toMatch(/Horse|xxx/);
  });

  test('is a problem when the vault refuses, not a missing secret', async () => {
    const answer = {
      status: 403,
      body: { error: { code: 'Forbidden', message: 'No.', innererror: { code: 'ForbiddenByRbac' } } },
    };
    wire.answers = { 'GET /secrets/psk-hq/': answer, 'GET /secrets/psk-hq': answer };
    await expect(secretState('psk-hq')).resolves.toMatchObject({
      ok: false,
      problem: { type: '/problems/permission-denied' },
    });
  });
});

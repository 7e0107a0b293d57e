/** What do deletions, operations and secrets do with what Azure answers? */
import { describe, expect, test } from '@jest/globals';
import { askOperations } from '../../../shared/azure/ask-operations.js';
import { beginDeletion } from '../../../shared/azure/begin-deletion.js';
import { secretState } from '../../../shared/azure/key-vault.js';
import type { Operation } from '../../../shared/site/intent.js';
import { aSlot, anOperation, aSite, policy } from '../site/helpers/builders.js';
import { placementOf } from '../../../shared/site/desired-site.js';
import { wire } from './helpers/started-wire.js';
import type { WireAnswer } from './helpers/wire.js';

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
  const [older, newer] = ['0'.repeat(32), '1'.repeat(32)] as const;
  const versions = 'GET /secrets/psk-hq/versions';
  const valueOf = (version: string) => `GET /secrets/psk-hq/${version}`;
  const listed = (...some: readonly (readonly [version: string, enabled: boolean, created: number])[]) => ({
    body: {
      value: some.map(([version, enabled, created]) => ({
        id: `https://kv.vault.azure.net/secrets/psk-hq/${version}`,
        attributes: { enabled, created, updated: created },
      })),
    },
  });
  const secret = (value: string, version: string = older): WireAnswer => ({
    body: {
      value,
      id: `https://kv.vault.azure.net/secrets/psk-hq/${version}`,
      attributes: { enabled: true },
    },
  });

  test.each([
    { when: 'it has 8 letters and digits', value: 'Horse123', told: { state: 'usable', version: older } },
    { when: 'it has 255', value: 'x'.repeat(255), told: { state: 'usable', version: older } },
    { when: 'it has 7', value: 'Horse12', told: { state: 'unusable', because: 'length' } },
    { when: 'it has 256', value: 'x'.repeat(256), told: { state: 'unusable', because: 'length' } },
    { when: 'it has a dollar', value: 'Horse$123', told: { state: 'unusable', because: 'characters' } },
    {
      when: 'it ends with a line break',
      value: 'Horse1234\n',
      told: { state: 'unusable', because: 'characters' },
    },
  ])('is $told.state when $when, and never holds the value', async ({ value, told }) => {
    wire.answers = { [versions]: listed([older, true, 1000]), [valueOf(older)]: secret(value) };
    const state = await secretState('psk-hq');
    expect(state).toMatchObject({ ok: true, value: { name: 'psk-hq', ...told } });
    expect(JSON.stringify(state)).not.toMatch(/Horse|xxx/);
  });

  test.each([
    {
      when: 'nobody stored it',
      answer: { status: 404, body: { error: { code: 'SecretNotFound', message: 'Not found: psk-hq' } } },
      state: 'missing',
    },
    { when: 'it has no version', answer: listed(), state: 'missing' },
    { when: 'its only version is disabled', answer: listed([older, false, 1000]), state: 'disabled' },
  ])('is $state when $when, and no value is asked for', async ({ answer, state }) => {
    wire.reset();
    wire.answers = { [versions]: answer };
    await expect(secretState('psk-hq')).resolves.toEqual({ ok: true, value: { name: 'psk-hq', state } });
    expect(wire.asked()).toEqual([versions]);
  });

  test.each([
    { when: 'both are enabled', enabled: true, version: newer },
    { when: 'the newest was taken back', enabled: false, version: older },
  ])('is the newest that is enabled when $when, in whatever order the vault lists', async (row) => {
    const both = [
      [older, true, 1000],
      [newer, row.enabled, 2000],
    ] as const;
    for (const order of [both, [both[1], both[0]] as const]) {
      wire.reset();
      wire.answers = {
        [versions]: listed(...order),
        [valueOf(older)]: secret('Horse123'),
        [valueOf(newer)]: secret('Horse456', newer),
      };
      await expect(secretState('psk-hq')).resolves.toMatchObject({
        value: { state: 'usable', version: row.version },
      });
      expect(wire.asked()).toEqual([versions, valueOf(row.version)]);
    }
  });

  test('is a problem when the vault refuses, not a missing secret', async () => {
    const answer = {
      status: 403,
      body: { error: { code: 'Forbidden', message: 'No.', innererror: { code: 'ForbiddenByRbac' } } },
    };
    wire.answers = { [versions]: answer };
    await expect(secretState('psk-hq')).resolves.toMatchObject({
      ok: false,
      problem: { type: '/problems/permission-denied' },
    });
  });
});

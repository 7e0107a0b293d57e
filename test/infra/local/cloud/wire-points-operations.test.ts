/** Are long operations begun, asked and ended as recorded? One row a point. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Operations } from '../../../../infra/local/cloud/operations.js';
import { seededRandom } from '../../../../infra/local/cloud/random.js';
import { RecordedAnswers } from '../../../../infra/local/cloud/recorded-answers.js';
import { codeOf, operationOf, TestCloud, type Answer } from './helpers/test-cloud.js';
import type { WirePoint } from './helpers/wire-point.js';

let cloud: TestCloud;
const retryAfters: (string | null)[] = [];

beforeAll(async () => {
  cloud = await TestCloud.start();
  await cloud.makeMachine('standing');
  await cloud.makeInterface('nic-next');
});

afterEach(async () => {
  cloud.release();
  cloud.cloud.faults.clear();
  await cloud.atRest();
});

afterAll(() => cloud.close());

/** Seconds from which time is held back: first answers take less, what is held more. */
const longerThanAnswers = 1;

const address = { location: 'westeurope', sku: { name: 'Standard' }, properties: {} };
const standing = () => cloud.machine('standing');

let count = 0;
/** Begins to make an address; each time another. */
async function putAddress(): Promise<Answer> {
  return noted(await cloud.arm('PUT', cloud.network(`publicIPAddresses/pip-${++count}`), address));
}

/** Begins to make an interface, which takes seconds: long enough to be held back. */
async function putInterface(): Promise<Answer> {
  const ipConfigurations = [{ name: 'a', properties: { subnet: cloud.subnet('gateways') } }];
  const id = cloud.network(`networkInterfaces/nic-${++count}`);
  return noted(await cloud.arm('PUT', id, { location: 'westeurope', properties: { ipConfigurations } }));
}

/** Begins to deallocate a machine, which takes seconds too. */
const deallocate = async () => noted(await cloud.arm('POST', `${standing()}/deallocate`));

function noted(answer: Answer): Answer {
  retryAfters.push(answer.headers.get('retry-after'));
  return answer;
}

const poll = async (url: string) => noted(await cloud.arm('GET', url));
const locationOf = ({ headers }: Answer) => headers.get('location') ?? '';
const afterOf = ({ headers }: Answer) => headers.get('retry-after');

const points: readonly WirePoint[] = [
  {
    point: 'network PUT carries Azure-AsyncOperation only; DELETE carries Location as well',
    async holds() {
      const made = await putAddress();
      expect([operationOf(made) !== '', locationOf(made)]).toEqual([true, '']);
      await cloud.atRest();
      const deleted = noted(await cloud.arm('DELETE', cloud.network(`publicIPAddresses/pip-${count}`)));
      expect([operationOf(deleted) !== '', locationOf(deleted) !== '']).toEqual([true, true]);
    },
  },
  {
    point: 'compute PUT and PATCH carry Azure-AsyncOperation only; POST 202 carries Location as well',
    async holds() {
      const patched = noted(await cloud.arm('PATCH', standing(), { tags: { a: 'b' } }));
      expect([patched.status, operationOf(patched) !== '', locationOf(patched)]).toEqual([200, true, '']);
      await cloud.atRest();
      const started = noted(await cloud.arm('POST', `${standing()}/start`));
      expect([started.status, operationOf(started) !== '', locationOf(started) !== '']).toEqual([
        202,
        true,
        true,
      ]);
    },
  },
  {
    point: 'network: locations/{loc}/operations/{guid}, and operationResults/{guid} in Location',
    async holds() {
      const made = await putAddress();
      await cloud.atRest();
      const deleted = await cloud.arm('DELETE', cloud.network(`publicIPAddresses/pip-${count}`));
      const place = '/providers/Microsoft.Network/locations/westeurope/';
      expect(operationOf(made)).toMatch(new RegExp(`${place}operations/[0-9a-f-]{36}\\?`));
      expect(locationOf(deleted)).toMatch(new RegExp(`${place}operationResults/[0-9a-f-]{36}\\?`));
    },
  },
  {
    point: 'compute: Location is the operation’s URL with monitor=true',
    async holds() {
      const started = await cloud.arm('POST', `${standing()}/start`);
      const path = /\/providers\/Microsoft\.Compute\/locations\/westeurope\/operations\/[0-9a-f-]{36}/;
      expect(operationOf(started)).toMatch(path);
      expect(path.exec(locationOf(started))?.[0]).toBe(path.exec(operationOf(started))?.[0]);
      expect(new URL(locationOf(started)).searchParams.get('monitor')).toBe('true');
    },
  },
  {
    point: 'URLs are signed with t, c, s and h, hundreds of characters; compute adds p',
    async holds() {
      const network = new URL(operationOf(await putAddress())).searchParams;
      const compute = new URL(operationOf(await cloud.arm('PATCH', standing(), {}))).searchParams;
      for (const query of [network, compute]) {
        expect(['t', 'c', 's', 'h'].every((name) => query.has(name))).toBe(true);
        expect(query.toString().length).toBeGreaterThan(200);
      }
      expect([network.has('p'), compute.has('p')]).toEqual([false, true]);
    },
  },
  {
    point: 'a compute operation’s URL has another api-version than the request now and then',
    holds() {
      const answers = new RecordedAnswers(seededRandom(1));
      const place = { subscriptionId: 's', region: 'westeurope' };
      const operations = new Operations(seededRandom(2), answers, place);
      const about = { resourceId: '/x', type: 'any', verb: 'create' } as const;
      const begin = (provider: 'Microsoft.Compute' | 'Microsoft.Network') => {
        const operation = operations.start(
          { ...about, provider },
          () => Promise.resolve(undefined),
          () => undefined,
        );
        const url = operations.headersOf(operation, '2024-11-01', 10)['azure-asyncoperation'] ?? '';
        return new URL(url).searchParams.get('api-version');
      };
      const others = Array.from({ length: 200 }, () => begin('Microsoft.Compute')).filter(
        (version) => version === '2019-03-01',
      );
      // 350 of 1,494 were recorded.
      expect(others.length / 200).toBeCloseTo(350 / 1494, 1);
    },
  },
  {
    point: 'Retry-After of VM PUT, DELETE, start and deallocate is 10',
    async holds() {
      const made = noted(await cloud.arm('PUT', cloud.machine('next'), cloud.machineBody('nic-next')));
      await cloud.atRest();
      const off = noted(await cloud.arm('POST', `${cloud.machine('next')}/deallocate`));
      await cloud.atRest();
      const on = noted(await cloud.arm('POST', `${cloud.machine('next')}/start`));
      await cloud.atRest();
      const gone = noted(await cloud.arm('DELETE', cloud.machine('next')));
      expect([made, off, on, gone].map(afterOf)).toEqual(['10', '10', '10', '10']);
    },
  },
  {
    point:
      'Retry-After of a public IP’s PUT is 1, 3 or 10; of a security group’s 3 or 10; of a balancer’s 10',
    async holds() {
      const group = noted(
        await cloud.arm('PUT', cloud.network('networkSecurityGroups/nsg-a'), {
          location: 'westeurope',
          properties: {},
        }),
      );
      const balancer = noted(
        await cloud.arm('PUT', cloud.network('loadBalancers/lb-a'), {
          location: 'westeurope',
          properties: {},
        }),
      );
      expect(['1', '3', '10']).toContain(afterOf(await putAddress()));
      expect(['3', '10']).toContain(afterOf(group));
      expect(afterOf(balancer)).toBe('10');
    },
  },
  {
    point: 'Retry-After of an interface’s PUT is 10, or absent',
    holds() {
      const answers = new RecordedAnswers(seededRandom(3));
      const drawn = new Set(
        Array.from({ length: 200 }, () => answers.retryAfter('network-interface', 'create')),
      );
      expect(drawn).toEqual(new Set([10, undefined]));
    },
  },
  {
    point: 'Retry-After of polls: network 10, seldom 2; compute 30, seldom 61, 70 or 36; none on the last',
    async holds() {
      cloud.holdFrom(longerThanAnswers);
      const made = await putInterface();
      const off = await deallocate();
      expect(['10', '2']).toContain(afterOf(await poll(operationOf(made))));
      expect(['30', '61', '70', '36']).toContain(afterOf(await poll(operationOf(off))));
      cloud.release();
      await cloud.atRest();
      expect([afterOf(await poll(operationOf(made))), afterOf(await poll(operationOf(off)))]).toEqual([
        null,
        null,
      ]);
    },
  },
  {
    point: 'network poll: 200 {"status":"InProgress"}, then {"status":"Succeeded"}, nothing else',
    async holds() {
      cloud.holdFrom(longerThanAnswers);
      const made = await putInterface();
      const running = await poll(operationOf(made));
      expect([running.status, running.body]).toEqual([200, { status: 'InProgress' }]);
      cloud.release();
      await cloud.atRest();
      expect((await poll(operationOf(made))).body).toEqual({ status: 'Succeeded' });
    },
  },
  {
    point: 'network poll of what failed: 200 {"status":"Failed","error":{…}}; the PUT had answered 201',
    async holds() {
      const [code, message] = ['InternalServerError', 'An error occurred.'];
      const type = 'Microsoft.Network/publicIPAddresses';
      cloud.cloud.faults.add({ kind: 'operation-fails', type, code, message });
      const made = await putAddress();
      await cloud.atRest();
      const failed = await poll(operationOf(made));
      expect([made.status, failed.status, failed.body]).toEqual([
        201,
        200,
        { status: 'Failed', error: { code, message } },
      ]);
      const { body } = await cloud.arm('GET', cloud.network(`publicIPAddresses/pip-${count}`));
      expect(body).toMatchObject({ properties: { provisioningState: 'Failed' } });
    },
  },
  {
    point: 'operationResults: 202 empty while running, then 204 or 200',
    async holds() {
      const id = cloud.network('networkSecurityGroups/nsg-results');
      await cloud.made(id, { location: 'westeurope', properties: {} });
      cloud.holdFrom(longerThanAnswers);
      const deleted = await cloud.arm('DELETE', id);
      const running = await poll(locationOf(deleted));
      expect([running.status, running.body, ['10', '2'].includes(afterOf(running) ?? '')]).toEqual([
        202,
        {},
        true,
      ]);
      cloud.release();
      await cloud.atRest();
      expect([200, 204]).toContain((await poll(locationOf(deleted))).status);
    },
  },
  {
    point: 'operationResults and monitor=true of what failed answer its error, never as if it were well',
    async holds() {
      const error = { code: 'InternalServerError', message: 'An error occurred.' };
      const type = 'Microsoft.Network/networkInterfaces';
      const id = cloud.network('networkInterfaces/nic-failing');
      await cloud.made(id, { location: 'westeurope', properties: {} });
      cloud.cloud.faults.add({ kind: 'operation-fails', type, ...error });
      cloud.cloud.faults.add({
        ...{ kind: 'operation-fails', type: 'Microsoft.Compute/virtualMachines', ...error },
      });
      const begun = [await cloud.arm('DELETE', id), await cloud.arm('POST', `${standing()}/start`)];
      await cloud.atRest();
      cloud.cloud.faults.clear();
      for (const { headers } of begun) {
        const told = await poll(headers.get('location') ?? '');
        expect([told.status, told.body]).toEqual([409, { error }]);
      }
    },
  },
  {
    point: 'operations of pools and of subnets fail too, with a reason that stands in them alone',
    async holds() {
      const [code, message] = ['InternalServerError', 'An error occurred.'];
      const fail = (type: string) => {
        cloud.cloud.faults.add({ kind: 'operation-fails', type: `Microsoft.Network/${type}`, code, message });
      };
      const balancer = cloud.network('loadBalancers/lb-failing');
      await cloud.made(balancer, { location: 'westeurope', properties: {} });
      fail('loadBalancers/backendAddressPools');
      fail('virtualNetworks/subnets');
      const subnet = { properties: { addressPrefix: '10.1.77.0/24' } };
      const begun = [
        await cloud.arm('PUT', `${balancer}/backendAddressPools/one`, { properties: {} }),
        await cloud.arm('PUT', cloud.network('virtualNetworks/vnet-spoke/subnets/failing'), subnet),
      ];
      await cloud.atRest();
      cloud.cloud.faults.clear();
      for (const one of begun)
        expect((await poll(operationOf(one))).body).toEqual({ status: 'Failed', error: { code, message } });
    },
  },
  {
    point: 'compute poll: startTime, status and name; endTime only when it is over',
    async holds() {
      cloud.holdFrom(longerThanAnswers);
      const url = operationOf(await deallocate());
      const { body } = await poll(url);
      expect(Object.keys(body)).toEqual(['startTime', 'status', 'name']);
      expect(url).toContain(`/operations/${String(body['name'])}`);
      cloud.release();
      await cloud.atRest();
      expect(Object.keys((await poll(url)).body)).toEqual(['startTime', 'endTime', 'status', 'name']);
    },
  },
  {
    point: 'compute statuses are in lower case in versions of 2016 and 2017',
    async holds() {
      const url = new URL(operationOf(await cloud.arm('PATCH', standing(), {})));
      await cloud.atRest();
      url.searchParams.set('api-version', '2017-03-30');
      expect((await poll(url.href)).body).toMatchObject({ status: 'succeeded' });
      url.searchParams.set('api-version', '2024-11-01');
      expect((await poll(url.href)).body).toMatchObject({ status: 'Succeeded' });
    },
  },
  {
    point: 'compute with monitor=true: 202 with an empty body and Location while running',
    async holds() {
      cloud.holdFrom(longerThanAnswers);
      const off = await deallocate();
      const running = await poll(locationOf(off));
      expect([running.status, running.body]).toEqual([202, {}]);
      expect(new URL(locationOf(running)).pathname).toBe(new URL(locationOf(off)).pathname);
    },
  },
  {
    point: 'a poll that answers 5xx is no failed operation',
    async holds() {
      const made = await putAddress();
      cloud.cloud.faults.add({ kind: 'failing-polls', share: 1 });
      const failed = await poll(operationOf(made));
      expect(['500 MultipleErrorsOccurred', '503 ServerTimeout']).toContain(
        `${failed.status} ${String(codeOf(failed))}`,
      );
      cloud.cloud.faults.clear();
      await cloud.atRest();
      expect((await poll(operationOf(made))).body).toEqual({ status: 'Succeeded' });
    },
  },
  {
    point: 'a few interface PUTs are done at once, and name no operation',
    holds() {
      const answers = new RecordedAnswers(seededRandom(4));
      const draws = Array.from({ length: 5000 }, () => answers.isDoneAtOnce('network-interface', 'create'));
      const share = draws.filter(Boolean).length / draws.length;
      // 4 of 629.
      expect(share).toBeGreaterThan(0.003);
      expect(share).toBeLessThan(0.012);
      expect(answers.isDoneAtOnce('virtual-machine', 'create')).toBe(false);
    },
  },
];

test.each(points)('$point', ({ holds }) => holds());

test('Retry-After 0 is the recorder’s doing, and never answered', () => {
  expect(retryAfters.length).toBeGreaterThan(20);
  expect(retryAfters).not.toContain('0');
});

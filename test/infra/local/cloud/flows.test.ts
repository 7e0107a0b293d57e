/** Whom does a balancer hand flows to, and what ends one that lasts? */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { ClientAnswer } from '../../../../infra/local/cloud/guests.js';
import { TestCloud } from './helpers/test-cloud.js';

let cloud: TestCloud;
let answered: TestCloud['guests']['request'];

beforeAll(async () => {
  cloud = await TestCloud.start();
  answered = cloud.guests.request;
});

afterEach(() => {
  cloud.guests.request = answered;
  cloud.guests.probeStatus = () => Promise.resolve(200);
});

afterAll(() => cloud.close());

interface Site {
  readonly ip: string;
  readonly pool: string;
}

async function site(name: string, machines: readonly string[]): Promise<Site> {
  const id = cloud.network(`loadBalancers/${name}`);
  const frontend = { name: 'frontend', properties: { subnet: cloud.subnet('gateways') } };
  const rule = {
    protocol: 'Tcp',
    frontendPort: 80,
    backendPort: 80,
    frontendIPConfiguration: { id: `${id}/frontendIPConfigurations/frontend` },
    backendAddressPool: { id: `${id}/backendAddressPools/gateways` },
    probe: { id: `${id}/probes/health` },
  };
  const probe = { protocol: 'Http', port: 8080, requestPath: '/', intervalInSeconds: 5, probeThreshold: 2 };
  const made = await cloud.made(id, {
    location: 'westeurope',
    properties: {
      frontendIPConfigurations: [frontend],
      backendAddressPools: [{ name: 'gateways' }],
      probes: [{ name: 'health', properties: probe }],
      loadBalancingRules: [{ name: 'proxy', properties: rule }],
    },
  });
  const pool = `${id}/backendAddressPools/gateways`;
  for (const machine of machines) {
    await cloud.makeMachine(machine, { loadBalancerBackendAddressPools: [{ id: pool }] });
  }
  const { properties } = made.body as unknown as Balancer; // ARM's envelope
  await untilUp(id, machines.length);
  return { ip: properties.frontendIPConfigurations[0]?.properties.privateIPAddress ?? '', pool };
}

interface Balancer {
  readonly properties: {
    readonly frontendIPConfigurations: readonly {
      readonly properties: { readonly privateIPAddress: string };
    }[];
  };
}

const health = (balancerId: string) => cloud.cloud.balancers.all()[balancerId.toLowerCase()] ?? [];

function untilUp(balancerId: string, count: number): Promise<void> {
  return cloud.until(() => health(balancerId).filter(({ isUp }) => isUp).length === count);
}

const send = ({ ip }: Site, seconds?: number) =>
  cloud.cloud.send({
    frontendIp: ip,
    clientIp: '10.1.5.7',
    port: 80,
    url: 'http://www.example.com/',
    ...(seconds === undefined ? {} : { seconds }),
  });

function set({ pool }: Site, states: Readonly<Record<string, string>>) {
  const loadBalancerBackendAddresses = Object.entries(states).map(([machine, adminState]) => ({
    name: `rg-spoke_nic-${machine}primary`,
    properties: { adminState },
  }));
  return cloud.made(pool, { properties: { loadBalancerBackendAddresses } });
}

async function servedBy(at: Site): Promise<ReadonlySet<string>> {
  const answers = await Promise.all(Array.from({ length: 30 }, () => send(at)));
  return new Set(
    answers.map(({ answer }) => (answer.kind === 'answered' ? answer.servedBy : answer.because)),
  );
}

test.each([
  { states: {}, probe: 200, served: ['one', 'two'] },
  { states: { one: 'Down' }, probe: 200, served: ['two'] },
  { states: { one: 'Down', two: 'Down' }, probe: 200, served: ['no healthy member'] },
  { states: { one: 'Up' }, probe: 503, served: ['one'] },
  { states: { one: 'None' }, probe: 503, served: ['no healthy member'] },
])('new flows go to $served when the probe gets $probe and $states are set', async (row) => {
  const name = `lb-${JSON.stringify([row.states, row.probe]).replaceAll(/\W+/g, '-')}x`;
  const [one, two] = [`one-${name}`, `two-${name}`];
  const at = await site(name, [one, two]);
  const named = Object.fromEntries(
    Object.entries(row.states).map(([machine, state]) => [`${machine}-${name}`, state]),
  );
  if (Object.keys(named).length > 0) await set(at, named);
  if (row.probe !== 200) {
    cloud.guests.probeStatus = () => Promise.resolve(row.probe);
    await untilUp(cloud.network(`loadBalancers/${name}`), 0);
  }
  const served = [...(await servedBy(at))].map((text) => text.replace(`-${name}`, ''));
  expect(served.sort()).toEqual(row.served);
});

test('what is set is in force at the end of its operation, and is shown beside what the probe says', async () => {
  const at = await site('lb-force', ['force']);
  cloud.holdFrom(5);
  await cloud.arm('PUT', at.pool, {
    properties: {
      loadBalancerBackendAddresses: [
        { name: 'rg-spoke_nic-forceprimary', properties: { adminState: 'Down' } },
      ],
    },
  });
  expect(await servedBy(at)).toEqual(new Set(['force']));
  cloud.release();
  await cloud.atRest();
  expect(await servedBy(at)).toEqual(new Set(['no healthy member']));
  expect(health(cloud.network('loadBalancers/lb-force'))).toMatchObject([{ isUp: true, adminState: 'Down' }]);
});

/** A flow that lasts until the test ends it. */
function lasting() {
  let end: () => void = () => undefined;
  let seconds: number | undefined;
  cloud.guests.request = (machine, request) =>
    new Promise<ClientAnswer>((resolve) => {
      seconds = request.seconds;
      end = () => {
        resolve({ kind: 'answered', status: 200, servedBy: machine.name });
      };
    });
  return {
    end: () => {
      end();
    },
    seconds: () => seconds,
  };
}

test('a flow that lasts stays with its member when that is set to Down and its probe fails', async () => {
  const at = await site('lb-lasts', ['lasts']);
  const flow = lasting();
  const delivery = send(at, 600);
  await cloud.until(() => flow.seconds() === 600);
  await set(at, { lasts: 'Down' });
  cloud.guests.probeStatus = () => Promise.resolve(503);
  await untilUp(cloud.network('loadBalancers/lb-lasts'), 0);
  flow.end();
  expect(await delivery).toMatchObject({
    machineId: cloud.machine('lasts'),
    answer: { kind: 'answered', servedBy: 'lasts' },
  });
});

test.each([
  {
    when: 'its machine loses its power',
    name: 'cut',
    end: (id: string) => void cloud.arm('POST', `${id}/powerOff`),
  },
  {
    when: 'its machine hangs',
    name: 'frozen',
    end: () => {
      cloud.cloud.hang('frozen');
    },
  },
])('a flow that lasts breaks when $when', async ({ name, end }) => {
  const at = await site(`lb-${name}`, [name]);
  const flow = lasting();
  const delivery = send(at, 600);
  await cloud.until(() => flow.seconds() === 600);
  end(cloud.machine(name));
  expect(await delivery).toEqual({
    machineId: cloud.machine(name),
    answer: { kind: 'dropped', because: expect.stringMatching(/^the connection broke after \d+ s$/) },
  });
  await cloud.atRest();
});

test('a machine that hangs gets no probe answered and drops what is sent to it, while it is Up', async () => {
  const at = await site('lb-hung', ['hung']);
  await set(at, { hung: 'Up' });
  cloud.cloud.hang('hung');
  await untilUp(cloud.network('loadBalancers/lb-hung'), 0);
  expect((await send(at)).answer).toEqual({ kind: 'dropped', because: 'the machine hangs' });
});

/** How does a test get a balancer's plane whose seconds it moves itself? Jest's timers must be faked before. */
import { jest } from '@jest/globals';
import { AdminStates } from '../../../../../infra/local/cloud/admin-states.js';
import { Clock } from '../../../../../infra/local/cloud/clock.js';
import type { Guest } from '../../../../../infra/local/cloud/guests.js';
import { LoadBalancerDataPlane } from '../../../../../infra/local/cloud/load-balancer-data-plane.js';
import { Machines } from '../../../../../infra/local/cloud/machines.js';
import { PacketFilter } from '../../../../../infra/local/cloud/packet-filter.js';
import { seededRandom } from '../../../../../infra/local/cloud/random.js';
import { resourceType } from '../../../../../infra/local/cloud/resource-types.js';
import { Resources, type Resource } from '../../../../../infra/local/cloud/resources.js';

const frontendIp = '10.1.4.100';
/** Id of whatever is made here. */
export const idOf = (type: string, name: string) =>
  `/subscriptions/s/resourceGroups/rg/providers/${type}/${name}`;
const balancerId = idOf(resourceType.loadBalancer, 'lb');

/** How the machines behave. */
interface Behaviour {
  probe: (machine: string) => Promise<number | undefined>;
  request: Guest['request'];
}

interface Setting {
  readonly machines?: readonly string[];
  readonly probe?: object;
  readonly rule?: object;
}

let planes: LoadBalancerDataPlane[] = [];

/** Ends what a test has begun. */
export function closePlanes(): void {
  for (const plane of planes) plane.close();
  planes = [];
}

/** A balancer that has probed its machines for the first time. */
export async function aPlane({ machines: names = ['one'], probe = {}, rule = {} }: Setting = {}) {
  const behaviour: Behaviour = {
    probe: () => Promise.resolve(200),
    request: () => Promise.resolve({ kind: 'answered', status: 200, servedBy: 'edge' }),
  };
  const guests = {
    boot: ({ name }: { readonly name: string }): Guest => ({
      ...{ powerOff: () => undefined, runScript: () => Promise.reject(new Error('none')) },
      probe: () => behaviour.probe(name),
      request: (request) => behaviour.request(request),
    }),
    forget: () => undefined,
  };
  const resources = new Resources(seededRandom(1));
  const clock = new Clock();
  const machines = new Machines(guests, () => 1, clock);
  const states = new AdminStates();
  const ground = { resources, machines, states, clock, filter: new PacketFilter(resources) };
  const balancer = putBalancer(resources, probe, rule);
  for (const name of names) putMachine(resources, machines, name);
  const plane = new LoadBalancerDataPlane(ground);
  planes.push(plane);
  plane.watch(balancer);
  await jest.advanceTimersByTimeAsync(1000);
  const down = (name: string, state: 'Up' | 'Down' | 'None') => {
    states.set(`${balancerId}/backendAddressPools/pool`, configurationOf(name), state);
    states.apply(balancerId);
  };
  return { plane, balancer, machines, resources, behaviour, down, ...asking(plane) };
}

function asking(plane: LoadBalancerDataPlane) {
  const client = { frontendIp, clientIp: '10.1.5.10', port: 9400 };
  return {
    send: async (change: object = {}) => {
      const { machineId, answer } = await plane.send({ ...client, url: 'http://example.com/', ...change });
      return machineId?.replace(/^.*\//, '') ?? (answer.kind === 'answered' ? '' : answer.because);
    },
    open: (change: object = {}) => {
      const opened = plane.open({ ...client, ...change });
      if (opened.kind === 'dropped') throw new Error(opened.because);
      return opened;
    },
    isUp: () => (plane.all()[balancerId.toLowerCase()] ?? []).map(({ isUp }) => isUp),
  };
}

function configurationOf(name: string): string {
  return `${idOf(resourceType.networkInterface, `nic-${name}`)}/ipConfigurations/primary`;
}

function putBalancer(resources: Resources, probe: object, rule: object): Resource {
  const part = (path: string) => ({ id: `${balancerId}/${path}` });
  const probeProperties = { protocol: 'Http', port: 8100, requestPath: '/', intervalInSeconds: 5, ...probe };
  const about = { id: balancerId, name: 'lb', type: resourceType.loadBalancer, resourceGroup: 'rg' };
  return resources.put(about, {
    properties: {
      frontendIPConfigurations: [{ name: 'frontend', properties: { privateIPAddress: frontendIp } }],
      backendAddressPools: [{ name: 'pool' }],
      probes: [{ name: 'health', properties: probeProperties }],
      loadBalancingRules: [
        {
          name: 'proxy',
          properties: {
            ...{ protocol: 'Tcp', frontendPort: 9400, backendPort: 9400 },
            frontendIPConfiguration: part('frontendIPConfigurations/frontend'),
            backendAddressPool: part('backendAddressPools/pool'),
            probe: part('probes/health'),
            ...rule,
          },
        },
      ],
    },
  });
}

/** A machine with power in the balancer's pool, or the same again. */
export function putMachine(resources: Resources, machines: Machines, name: string): void {
  const id = idOf(resourceType.virtualMachine, name);
  const properties = {
    privateIPAddress: '10.1.4.4',
    loadBalancerBackendAddressPools: [{ id: `${balancerId}/backendAddressPools/pool` }],
  };
  const type = resourceType.networkInterface;
  resources.put(
    { id: idOf(type, `nic-${name}`), name: `nic-${name}`, type, resourceGroup: 'rg' },
    { properties: { virtualMachine: { id }, ipConfigurations: [{ name: 'primary', properties }] } },
  );
  machines.powerOn({
    ...{ id, name, zone: '1', size: 's', privateIp: '10.1.4.4', publicIp: undefined, customData: '' },
    host: { metadata: () => Promise.resolve({ status: 404, body: {} }), letsOut: () => true },
  });
}

/** What stands before a site's gateways? Its internal Standard load balancer. */
import type { BackendAddressPool, LoadBalancer } from '@azure/arm-network';
import { parseSlotId, type SlotId } from '../site/ids.js';
import type { Begun, LoadBalancerIntent, PoolIntent } from '../site/intent.js';
import type { ObservedLoadBalancer } from '../site/observed-site.js';
import { nameTaken } from '../site/name-taken.js';
import { failure, type Outcome } from '../site/problem.js';
import { begin } from './begin.js';
import { networkClient } from './clients.js';
import { mergeByName } from './merge-by-name.js';
import { backendPoolName, frontendName, networkId, probeName } from './network-ids.js';
import { outcomeOf } from './problem-of-error.js';
import { commonOf, isOf } from './tags.js';
import { writeNetworkResource } from './write-network-resource.js';

/** One frontend over all zones, one pool, one HTTP probe, a rule a proxy port. */
export function loadBalancerBody(intent: LoadBalancerIntent): LoadBalancer {
  const self = networkId(intent.placement, 'loadBalancers', intent.name);
  return {
    location: intent.placement.region,
    sku: { name: 'Standard', tier: 'Regional' },
    frontendIPConfigurations: [
      {
        name: frontendName,
        zones: ['1', '2', '3'],
        subnet: { id: intent.subnetId },
        privateIPAddressVersion: 'IPv4',
        ...(intent.frontendIp === undefined
          ? { privateIPAllocationMethod: 'Dynamic' }
          : { privateIPAllocationMethod: 'Static', privateIPAddress: intent.frontendIp }),
      },
    ],
    backendAddressPools: [{ name: backendPoolName }],
    probes: [
      {
        name: probeName,
        protocol: 'Http',
        port: intent.probePort,
        requestPath: intent.probePath,
        intervalInSeconds: intent.probeIntervalSeconds,
        numberOfProbes: 1,
        probeThreshold: intent.probeThreshold,
      },
    ],
    loadBalancingRules: intent.proxyPorts.map((port) => ({
      name: `proxy-${port}`,
      protocol: 'Tcp',
      frontendPort: port,
      backendPort: port,
      frontendIPConfiguration: { id: `${self}/frontendIPConfigurations/${frontendName}` },
      backendAddressPool: { id: `${self}/backendAddressPools/${backendPoolName}` },
      probe: { id: `${self}/probes/${probeName}` },
      loadDistribution: intent.persistence === 'source-ip' ? 'SourceIP' : 'Default',
      idleTimeoutInMinutes: intent.idleTimeoutMinutes,
      enableTcpReset: true,
      enableFloatingIP: false,
      disableOutboundSnat: true,
    })),
  };
}

/** Our parts over a balancer that stands; frontends, pools, probes and rules of others stay. */
export function mergeLoadBalancer(existing: LoadBalancer, wanted: LoadBalancer): LoadBalancer {
  const is = (ours: string) => (name: string) => name === ours;
  return {
    ...existing,
    ...wanted,
    frontendIPConfigurations: mergeByName(
      existing.frontendIPConfigurations,
      wanted.frontendIPConfigurations,
      is(frontendName),
    ),
    // A pool's members and their admin states stand in it; they aren't ours to forget.
    backendAddressPools: mergeByName(
      existing.backendAddressPools,
      wanted.backendAddressPools,
      is(backendPoolName),
      (before, mine) => ({ ...before, ...mine }),
    ),
    probes: mergeByName(existing.probes, wanted.probes, is(probeName)),
    loadBalancingRules: mergeByName(existing.loadBalancingRules, wanted.loadBalancingRules, (name) =>
      /^proxy-\d+$/.test(name),
    ),
  };
}

/** Reads a load balancer. */
export function observedLoadBalancer(found: LoadBalancer): ObservedLoadBalancer {
  const frontendIp = found.frontendIPConfigurations?.[0]?.privateIPAddress;
  return {
    kind: 'load-balancer',
    ...commonOf(found),
    ...(frontendIp === undefined ? {} : { frontendIp }),
    drained: drainedOf(found),
    ports: (found.loadBalancingRules ?? []).flatMap(({ name }) => portOfRule(name) ?? []),
  };
}

/** The port of one of our rules; `undefined` for a rule of others. */
function portOfRule(name = ''): number | undefined {
  const [, port] = /^proxy-(\d+)$/.exec(name) ?? [];
  return port === undefined ? undefined : Number(port);
}

/** Slots whose membership of our pool is down by order. */
function drainedOf({ backendAddressPools = [] }: LoadBalancer): readonly SlotId[] {
  const ours = backendAddressPools.find(({ name }) => name === backendPoolName);
  return (ours?.loadBalancerBackendAddresses ?? []).flatMap(
    ({ adminState, networkInterfaceIPConfiguration }) => {
      const slot = slotOfConfiguration(networkInterfaceIPConfiguration?.id);
      return adminState === 'Down' && slot !== undefined ? [slot] : [];
    },
  );
}

/** The slot whose network interface a configuration belongs to, by the interface's name. */
function slotOfConfiguration(id = ''): SlotId | undefined {
  const [, slot = ''] = /\/networkInterfaces\/nic-([^/]+)\/ipConfigurations\//i.exec(id) ?? [];
  return parseSlotId(slot)?.slot;
}

/**
 * A pool with the admin state of our members set: `Down` for a drained one, else `None`, never `Up`, which would
 * overrule the probe. What others registered stays as it is.
 */
export function poolWith(pool: BackendAddressPool, drained: readonly SlotId[]): BackendAddressPool {
  const loadBalancerBackendAddresses = (pool.loadBalancerBackendAddresses ?? []).map((address) => {
    const slot = slotOfConfiguration(address.networkInterfaceIPConfiguration?.id);
    return slot === undefined
      ? address
      : { ...address, adminState: drained.includes(slot) ? 'Down' : 'None' };
  });
  return { ...pool, loadBalancerBackendAddresses };
}

/** Begins to say which gateways get no new connections: reads the pool, and writes it by its ETag. */
export async function beginPutPool({ name, placement, drained }: PoolIntent): Promise<Outcome<Begun>> {
  const { loadBalancers, loadBalancerBackendAddressPools: pools } = await networkClient(
    placement.subscriptionId,
  );
  const { resourceGroup } = placement;
  const read = await outcomeOf({ verb: 'read', what: name }, async () => ({
    balancer: await loadBalancers.get(resourceGroup, name),
    pool: await pools.get(resourceGroup, name, backendPoolName),
  }));
  if (!read.ok) return read;
  const { balancer, pool } = read.value;
  if (!isOf(placement.site, balancer.tags)) return failure(nameTaken(name, resourceGroup, placement.site));
  const customHeaders = pool.etag === undefined ? {} : { 'If-Match': pool.etag };
  return begin(
    { verb: 'write', what: `the pool of ${name}` },
    (onResponse) =>
      pools.beginCreateOrUpdate(resourceGroup, name, backendPoolName, poolWith(pool, drained), {
        onResponse,
        requestOptions: { customHeaders },
      }),
    () => undefined,
  );
}

/** Begins to write the site's load balancer. */
export async function beginPutLoadBalancer(intent: LoadBalancerIntent): Promise<Outcome<Begun>> {
  const { loadBalancers } = await networkClient(intent.placement.subscriptionId);
  const { resourceGroup } = intent.placement;
  return writeNetworkResource(intent, {
    body: loadBalancerBody(intent),
    merge: mergeLoadBalancer,
    get: () => loadBalancers.get(resourceGroup, intent.name),
    put: (body, options) => loadBalancers.beginCreateOrUpdate(resourceGroup, intent.name, body, options),
    // Like a network interface, it says Succeeded while its operation still runs.
    observe: ({ body }) => ({
      kind: 'load-balancer',
      name: intent.name,
      id: String(body['id']),
      state: 'changing',
      config: intent.config,
      drained: [],
      ports: intent.proxyPorts,
    }),
  });
}

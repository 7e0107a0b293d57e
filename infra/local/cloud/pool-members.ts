/** Which network interfaces are registered in a pool? */
import type { AdminState, AdminStates } from './admin-states.js';
import { idKey } from './arm-id.js';
import { asList, asRecord, asText, propertiesOf, referenceOf, type Json } from './json.js';
import { resourceType } from './resource-types.js';
import type { Resource, Resources } from './resources.js';

/** A network interface's configuration in a pool. */
export interface PoolMember {
  readonly networkInterface: Resource;
  readonly configurationId: string;
}

/** Which interfaces are registered in a pool? */
export function membersOf(resources: Resources, poolId: string): readonly PoolMember[] {
  const key = idKey(poolId);
  return resources.ofType(resourceType.networkInterface).flatMap((networkInterface) =>
    configurationsOf(networkInterface)
      .filter(({ poolKeys }) => poolKeys.includes(key))
      .map(({ id: configurationId }) => ({ networkInterface, configurationId })),
  );
}

interface Configuration {
  readonly id: string;
  /** Ids of its pools in lower case. */
  readonly poolKeys: readonly string[];
}

/** What was read of a body, which is replaced and never changed: every round of probes asks for all interfaces. */
const read = new WeakMap<Json, readonly Configuration[]>();

function configurationsOf({ id, body }: Resource): readonly Configuration[] {
  const known = read.get(body);
  if (known !== undefined) return known;
  const all = asList(propertiesOf(body)['ipConfigurations']).map((configuration) => ({
    id: `${id}/ipConfigurations/${String(asRecord(configuration)['name'])}`,
    poolKeys: asList(propertiesOf(configuration)['loadBalancerBackendAddressPools']).map((pool) =>
      idKey(referenceOf(pool)),
    ),
  }));
  read.set(body, all);
  return all;
}

/** A machine that is registered in pools of a balancer. */
export interface Registered {
  readonly networkInterface: Resource;
  readonly machineId: string;
  /** By the pool's id in lower case: what is in force. */
  readonly adminStates: ReadonlyMap<string, AdminState>;
}

/** Members of all pools of a balancer that are machines, each once. */
export function registeredIn(
  resources: Resources,
  states: AdminStates,
  balancerId: string,
): readonly Registered[] {
  const byMachine = new Map<string, Registered>();
  for (const pool of asList(propertiesOf(resources.get(balancerId)?.body)['backendAddressPools'])) {
    const poolId = idKey(`${balancerId}/backendAddressPools/${asText(asRecord(pool)['name'])}`);
    for (const { networkInterface, configurationId } of membersOf(resources, poolId)) {
      const machineId = referenceOf(propertiesOf(networkInterface.body)['virtualMachine']);
      if (machineId === '') continue;
      const known = byMachine.get(idKey(machineId))?.adminStates ?? new Map<string, AdminState>();
      const adminStates = new Map([...known, [poolId, states.effective(poolId, configurationId)]]);
      byMachine.set(idKey(machineId), { networkInterface, machineId, adminStates });
    }
  }
  return [...byMachine.values()];
}

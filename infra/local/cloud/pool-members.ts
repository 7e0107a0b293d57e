/** Which network interfaces are registered in a pool? */
import { idKey } from './arm-id.js';
import { asList, asRecord, propertiesOf, referenceOf } from './json.js';
import { resourceType } from './resource-types.js';
import type { Resource, Resources } from './resources.js';

/** A network interface's configuration in a pool. */
export interface PoolMember {
  readonly networkInterface: Resource;
  readonly configurationId: string;
}

/** Which interfaces are registered in a pool? */
export function membersOf(resources: Resources, poolId: string): readonly PoolMember[] {
  return resources.ofType(resourceType.networkInterface).flatMap((networkInterface) =>
    asList(propertiesOf(networkInterface.body)['ipConfigurations'])
      .filter((configuration) =>
        asList(propertiesOf(configuration)['loadBalancerBackendAddressPools']).some(
          (pool) => idKey(referenceOf(pool)) === idKey(poolId),
        ),
      )
      .map((configuration) => ({
        networkInterface,
        configurationId: `${networkInterface.id}/ipConfigurations/${String(asRecord(configuration)['name'])}`,
      })),
  );
}

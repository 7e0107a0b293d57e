/** How do public IPs behave? */
import type { ResourceKind } from './arm-provider.js';
import { asRecord, propertiesOf, referenceOf, without } from './json.js';
import { checkAddressKind, checkZones } from './immutable.js';
import { networkBody, networkView } from './network-view.js';
import { guid, type Random } from './random.js';
import type { Resource, Resources } from './resources.js';
import { networkRefusal } from './wire.js';
import { resourceType } from './resource-types.js';

/** Addresses are given out of these (RFC 5737: for documentation, never routed). */
const ranges = ['203.0.113', '198.51.100', '192.0.2'] as const;

/** How many public IPs the region allows, and how many are used by others. */
export interface PublicIpQuota {
  limit: number;
  readonly usedByOthers: number;
}

/** Public IPs: the address comes with the end of the operation, and stays in use while it is attached. */
export function publicIps(resources: Resources, random: Random, quota: PublicIpQuota): ResourceKind {
  return {
    type: resourceType.publicIp,
    provider: 'Microsoft.Network',
    duration: 'public-ip',
    complete({ id, body, existing }) {
      if (existing !== undefined) {
        checkZones(id, body['zones'], existing.body['zones']);
        checkAddressKind(id, body, existing.body);
      }
      const used = quota.usedByOthers + resources.ofType(resourceType.publicIp).length;
      if (existing === undefined && used >= quota.limit) {
        throw networkRefusal(
          400,
          'PublicIPCountLimitReached',
          `Cannot create more than ${quota.limit} public IP addresses for this subscription in this region.`,
        );
      }
      // Who holds an address is Azure's to say, whatever a client read earlier and sends back.
      const sent = without(asRecord(body['properties']), 'ipConfiguration');
      const kept = asRecord(existing?.body['properties']);
      return networkBody(body, {
        ...sent,
        resourceGuid: kept['resourceGuid'] ?? guid(random),
        ...(kept['ipAddress'] === undefined ? {} : { ipAddress: kept['ipAddress'] }),
        ...(kept['ipConfiguration'] === undefined ? {} : { ipConfiguration: kept['ipConfiguration'] }),
        ipTags: [],
        ddosSettings: { protectionMode: 'VirtualNetworkInherited' },
      });
    },
    settle(resource) {
      const properties = propertiesOf(resource.body);
      resource.body = {
        ...resource.body,
        properties: { ...properties, ipAddress: properties['ipAddress'] ?? nextAddress(resources) },
      };
    },
    checkDeletion({ id, body }) {
      const holder = referenceOf(propertiesOf(body)['ipConfiguration']);
      if (holder === '') return;
      throw networkRefusal(
        400,
        'PublicIPAddressCannotBeDeleted',
        `Public IP address ${id} can not be deleted since it is still allocated to resource ${holder}. ` +
          'In order to delete the public IP, disassociate/detach the Public IP address from the resource.',
      );
    },
    view: networkView,
    etag: ({ etag }) => etag,
  };
}

/** Tells a public IP who holds it; `undefined` lets it go. */
export function holdPublicIp(
  resources: Resources,
  publicIp: Resource,
  ipConfigurationId: string | undefined,
): void {
  const properties = without(propertiesOf(publicIp.body), 'ipConfiguration');
  publicIp.body = {
    ...publicIp.body,
    properties:
      ipConfigurationId === undefined
        ? properties
        : { ...properties, ipConfiguration: { id: ipConfigurationId } },
  };
  resources.touch(publicIp);
}

function nextAddress(resources: Resources): string {
  const used = new Set(
    resources.ofType(resourceType.publicIp).map(({ body }) => propertiesOf(body)['ipAddress']),
  );
  for (const range of ranges) {
    for (let last = 10; last < 255; last++) {
      const address = `${range}.${last}`;
      if (!used.has(address)) return address;
    }
  }
  throw new Error('The simulated region has no public addresses left.');
}

/**
 * Who is in a balancer's pool, how is that shown, and what of it can be written? Membership is kept with the network
 * interfaces and written there; a pool is written to set its members' admin states.
 *
 * Inferred, since recordings are older than admin states: that Azure shows `None` where none was set, and that a member
 * whom a written list leaves out is back at `None`. Microsoft Learn, 'Manage administrative state', sets it on members
 * that are there, whose interfaces are in the pool. Their names and that `networkInterfaceIPConfiguration` names them
 * were seen in answers to reads.
 */
import { adminStates, type AdminState, type AdminStates } from './admin-states.js';
import { idKey } from './arm-id.js';
import { asList, asRecord, asText, propertiesOf, referenceOf, type Json } from './json.js';
import { membersOf, type PoolMember } from './pool-members.js';
import type { Resources } from './resources.js';
import { networkRefusal } from './wire.js';

/** A pool as a balancer shows it, with its members. */
export function withMembers(resources: Resources, states: AdminStates, pool: Json): Json {
  const poolId = asText(pool['id']);
  const members = membersOf(resources, poolId);
  const configurations = members.map(({ configurationId }) => ({ id: configurationId }));
  return {
    ...pool,
    properties: {
      ...propertiesOf(pool),
      loadBalancerBackendAddresses: members.map((member) => ({
        name: nameOf(member),
        properties: {
          networkInterfaceIPConfiguration: { id: member.configurationId },
          adminState: states.shown(poolId, member.configurationId),
        },
      })),
      ...(configurations.length === 0 ? {} : { backendIPConfigurations: configurations }),
    },
  };
}

/** Takes the admin states out of a pool that is written; one without a list of addresses keeps what was. */
export function takeAdminStates(resources: Resources, states: AdminStates, poolId: string, sent: Json): void {
  if (sent['loadBalancerBackendAddresses'] === undefined) return;
  const entries = asList(sent['loadBalancerBackendAddresses']).map(asRecord);
  for (const entry of entries) checkEntry(entry);
  for (const member of membersOf(resources, poolId)) {
    const entry = entries.find((one) => isAbout(one, member));
    states.set(poolId, member.configurationId, stateOf(entry) ?? 'None');
  }
}

/** A client that holds the reference for read-only sends the name alone; one of neither is about nobody any more. */
function isAbout(entry: Json, member: PoolMember): boolean {
  const reference = referenceOf(propertiesOf(entry)['networkInterfaceIPConfiguration']);
  return reference === ''
    ? entry['name'] === nameOf(member)
    : idKey(reference) === idKey(member.configurationId);
}

function checkEntry(entry: Json): void {
  const { adminState, ipAddress } = propertiesOf(entry);
  const isKnown = adminState === undefined || adminState === null || stateOf(entry) !== undefined;
  if (isKnown && ipAddress === undefined) return;
  // Code and text are inferred; pools of bare addresses are none of the local region's.
  throw networkRefusal(
    400,
    'InvalidRequestFormat',
    `Cannot parse the request: backend address '${asText(entry['name'])}' has an admin state other than ` +
      `${adminStates.join(', ')}, or names an IP address in a pool of network interfaces.`,
  );
}

function stateOf(entry: Json | undefined): AdminState | undefined {
  return adminStates.find((known) => known === propertiesOf(entry)['adminState']);
}

/** As seen: the resource group, `_`, the interface and its configuration. */
function nameOf({ networkInterface, configurationId }: PoolMember): string {
  const configuration = configurationId.slice(configurationId.lastIndexOf('/') + 1);
  return `${networkInterface.resourceGroup}_${networkInterface.name}${configuration}`;
}

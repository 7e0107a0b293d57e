/** How does a balancer's pool answer as a resource of its own? It is read and written alone; the rest is its balancer's. */
import type { AdminStates } from './admin-states.js';
import { beginChange, headersOf, type ChildAnswer, type Provision } from './arm-provider.js';
import { checkNothingInFlight, checkPreconditions } from './arm-refusals.js';
import { takeAdminStates, withMembers } from './backend-members.js';
import { asList, asRecord, asText, propertiesOf, without, type Json } from './json.js';
import { networkView } from './network-view.js';
import type { Resource, Resources } from './resources.js';
import { methodNotAllowed, networkRefusal, type WireAnswer, type WireRequest } from './wire.js';

/** Seconds that the first answer to a write names; inferred from the balancer's. */
const retryAfter = 10;

/** What of a pool is kept: not what is kept with the interfaces, nor what Azure says of it. */
export function keptOf(properties: Json): Json {
  const shown = ['loadBalancerBackendAddresses', 'backendIPConfigurations', 'provisioningState'];
  return shown.reduce(without, properties);
}

/** Answers for pools. Deleting one isn't modelled. */
export function backendPools(resources: Resources, states: AdminStates): ChildAnswer {
  return (balancer, name, provision, request) => {
    const headers = { etag: balancer.etag };
    const pools = shownPools(resources, states, balancer);
    if (name === undefined) {
      if (request.method !== 'GET') throw methodNotAllowed(request);
      return { status: 200, body: { value: pools } };
    }
    const found = pools.find((pool) => isNamed(pool, name));
    switch (request.method) {
      case 'GET':
        if (found === undefined) throw poolNotFound(balancer, name);
        return { status: 200, headers, body: found };
      case 'PUT':
        return write(
          { resources, states },
          balancer,
          { name: asText(found?.['name']) || name, isNew: found === undefined },
          provision,
          request,
        );
      default:
        throw methodNotAllowed(request);
    }
  };
}

/** A write blocks the balancer, and needs the balancer's ETag, which is the pool's too. */
function write(
  { resources, states }: { readonly resources: Resources; readonly states: AdminStates },
  balancer: Resource,
  { name, isNew }: { readonly name: string; readonly isNew: boolean },
  provision: Provision,
  request: WireRequest,
): WireAnswer {
  checkPreconditions(isNew ? undefined : balancer.etag, request);
  checkNothingInFlight(balancer);
  const sent = asRecord(request.body?.['properties']);
  const id = `${balancer.id}/backendAddressPools/${name}`;
  takeAdminStates(resources, states, id, sent);
  const properties = propertiesOf(balancer.body);
  const kept = asList(properties['backendAddressPools']).map(asRecord);
  const written = { name, properties: keptOf(sent) };
  const pools = isNew ? [...kept, written] : kept.map((pool) => (isNamed(pool, name) ? written : pool));
  balancer.body = { ...balancer.body, properties: { ...properties, backendAddressPools: pools } };
  balancer.state = 'Updating';
  resources.touch(balancer);
  const verb = isNew ? 'create' : 'update';
  const seconds = provision.draw(`backend-pool.${verb}`);
  const type = 'Microsoft.Network/loadBalancers/backendAddressPools';
  const about = { provider: 'Microsoft.Network', resourceId: id, type, verb } as const;
  const operation = beginChange(provision, balancer, about, async () => {
    await provision.clock.pause(seconds);
    const failure = provision.failureOf(about);
    if (failure === undefined) states.apply(balancer.id);
    return failure;
  });
  return {
    status: isNew ? 201 : 200,
    headers: headersOf(provision, operation, request, retryAfter),
    body: shownPools(resources, states, balancer).find((pool) => isNamed(pool, name)),
  };
}

function shownPools(resources: Resources, states: AdminStates, balancer: Resource): readonly Json[] {
  const { backendAddressPools } = propertiesOf(networkView(balancer));
  return asList(backendAddressPools).map((pool) => withMembers(resources, states, asRecord(pool)));
}

function isNamed(pool: Json, name: string): boolean {
  return asText(pool['name']).toLowerCase() === name.toLowerCase();
}

/** The provider's word on a child that is absent; its code was recorded, its text is inferred. */
function poolNotFound({ id }: Resource, name: string) {
  return networkRefusal(404, 'NotFound', `Resource ${id}/backendAddressPools/${name} not found.`);
}

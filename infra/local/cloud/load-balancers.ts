/** How do load balancers behave on the wire? What they do with packets is load-balancer-data-plane.ts. */
import type { AdminStates } from './admin-states.js';
import type { ResourceKind } from './arm-provider.js';
import { takeAdminStates, withMembers } from './backend-members.js';
import { backendPools, keptOf } from './backend-pools.js';
import { idKey } from './arm-id.js';
import { checkZones } from './immutable.js';
import { leavePoolsOf } from './network-interfaces.js';
import { asList, asRecord, asText, propertiesOf, referenceOf, type Json } from './json.js';
import { networkBody, networkView } from './network-view.js';
import { guid, type Random } from './random.js';
import type { Resources } from './resources.js';
import type { Subnets } from './virtual-networks.js';
import { networkRefusal } from './wire.js';
import { resourceType } from './resource-types.js';

/** Load balancers: an internal frontend takes an address of its subnet; zones can't be changed later. */
export function loadBalancers(
  resources: Resources,
  random: Random,
  subnets: Subnets,
  states: AdminStates,
): ResourceKind {
  return {
    type: resourceType.loadBalancer,
    provider: 'Microsoft.Network',
    duration: 'load-balancer',
    complete({ id, body, existing }) {
      const sent = asRecord(body['properties']);
      const before = propertiesOf(existing?.body);
      const frontends = completeFrontends(id, sent, before, subnets);
      const rules = asList(sent['loadBalancingRules']).map(asRecord);
      checkReferences(id, rules, sent);
      const pools = asList(sent['backendAddressPools']).map(asRecord);
      for (const pool of pools) {
        takeAdminStates(
          resources,
          states,
          `${id}/backendAddressPools/${asText(pool['name'])}`,
          propertiesOf(pool),
        );
      }
      return networkBody(body, {
        resourceGuid: before['resourceGuid'] ?? guid(random),
        frontendIPConfigurations: frontends,
        backendAddressPools: pools.map((pool) => ({
          name: pool['name'],
          properties: keptOf(propertiesOf(pool)),
        })),
        probes: sent['probes'] ?? [],
        loadBalancingRules: rules,
        inboundNatRules: sent['inboundNatRules'] ?? [],
        outboundRules: sent['outboundRules'] ?? [],
        inboundNatPools: sent['inboundNatPools'] ?? [],
      });
    },
    children: { backendAddressPools: backendPools(resources, states) },
    settle({ id }) {
      states.apply(id);
    },
    removed({ id }) {
      states.forgetBalancer(id);
      for (const found of resources.ofType(resourceType.networkInterface)) leavePoolsOf(id, found, resources);
    },
    view(resource) {
      const shown = networkView(resource);
      const properties = asRecord(shown['properties']);
      const pools = asList(properties['backendAddressPools']).map((pool) =>
        withMembers(resources, states, asRecord(pool)),
      );
      return { ...shown, properties: { ...properties, backendAddressPools: pools } };
    },
    etag: ({ etag }) => etag,
  };
}

function completeFrontends(id: string, sent: Json, before: Json, subnets: Subnets): readonly Json[] {
  const given: string[] = [];
  return asList(sent['frontendIPConfigurations']).map((child) => {
    const frontend = asRecord(child);
    const kept = asList(before['frontendIPConfigurations'])
      .map(asRecord)
      .find(({ name }) => name === frontend['name']);
    if (kept !== undefined)
      checkZones(`${id}/frontendIPConfigurations/${asText(kept['name'])}`, frontend['zones'], kept['zones']);
    const address = subnets.addressFor(propertiesOf(frontend), propertiesOf(kept), given);
    given.push(address);
    return {
      name: frontend['name'],
      ...(frontend['zones'] === undefined ? {} : { zones: frontend['zones'] }),
      properties: { ...propertiesOf(frontend), privateIPAddress: address },
    };
  });
}

function checkReferences(id: string, rules: readonly Json[], sent: Json): void {
  const known = (list: string) =>
    asList(sent[list]).map((child) => idKey(`${id}/${list}/${String(asRecord(child)['name'])}`));
  const targets = {
    frontendIPConfiguration: known('frontendIPConfigurations'),
    backendAddressPool: known('backendAddressPools'),
    probe: known('probes'),
  };
  for (const rule of rules) {
    for (const [reference, all] of Object.entries(targets)) {
      const target = referenceOf(propertiesOf(rule)[reference]);
      if (target !== '' && !all.includes(idKey(target))) {
        throw networkRefusal(
          400,
          'InvalidResourceReference',
          `Resource ${target} referenced by resource ${id}/loadBalancingRules/${String(rule['name'])} was not found.`,
        );
      }
    }
  }
}

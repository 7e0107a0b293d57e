/** What should be there? Slots and intents of a site whose open questions are resolved. */
import type { GatewayConfig, TunnelConfig, TunnelRole } from '../gateway/gateway-config.js';
import { fingerprint } from './fingerprint.js';
import { resourceName, slotId, type SlotId, type Zone } from './ids.js';
import type {
  AlertRuleIntent,
  LoadBalancerIntent,
  NetworkInterfaceIntent,
  Placement,
  PoolIntent,
  PublicIpIntent,
  RunIntent,
  SecretReference,
  SecurityGroupIntent,
  SetupIntent,
  VirtualMachineIntent,
} from './intent.js';
import { markNetdata, netdataFrom } from './netdata.js';
import { balancer, type Policy } from './policy.js';
import { secretNames } from './secret-names.js';
import { probePort } from './site-fields.js';
import type { Site } from './site.js';
import type { Resolved } from './site-record.js';
import { tunnelRoles } from './tunnel-roles.js';

/** The place of one gateway. */
export interface DesiredSlot {
  readonly slot: SlotId;
  readonly zone: Zone;
  /** 1 to 4. */
  readonly n: number;
  /** ARM id of an existing address that the site names for this slot. */
  readonly foreignAddressId?: string;
}

/** All slots of a site, by zone and number. */
export function desiredSlots(site: Site, zones: readonly Zone[]): readonly DesiredSlot[] {
  return zones.flatMap((zone) =>
    Array.from({ length: site.gatewaysPerZone }, (_, index) => {
      const foreignAddressId = site.network.publicIpIds?.[zone]?.[index];
      const slot = { slot: slotId(site.name, zone, index + 1), zone, n: index + 1 };
      return foreignAddressId === undefined ? slot : { ...slot, foreignAddressId };
    }),
  );
}

/** Where a site's resources stand: its own group and subscription, or the deployment's. */
export function placementOf(site: Site, policy: Pick<Policy, 'subscriptionId' | 'resourceGroup'>): Placement {
  return {
    site: site.name,
    subscriptionId: site.subscriptionId ?? policy.subscriptionId,
    resourceGroup: site.resourceGroup ?? policy.resourceGroup,
    region: site.region,
    tags: site.tags,
  };
}

function withConfig<T extends object>(intent: T): T & { readonly config: string } {
  return { ...intent, config: fingerprint(intent) };
}

/** What the site's security group should be. */
export function securityGroupIntent(site: Site, { clients }: Resolved, policy: Policy): SecurityGroupIntent {
  const intent = {
    kind: 'security-group' as const,
    placement: placementOf(site, policy),
    name: resourceName.securityGroup(site.name),
    clients,
    proxyPorts: site.proxy.ports,
    probePort,
  };
  const from = netdataFrom(site) ?? [];
  if (from.length === 0) return withConfig(intent);
  const opened = withConfig({ ...intent, netdataFrom: from });
  return { ...opened, config: markNetdata(opened.config) };
}

/** What the site's balancer should be. */
export function loadBalancerIntent(site: Site, policy: Policy): LoadBalancerIntent {
  const { subnetId, frontendIp } = site.network;
  return withConfig({
    kind: 'load-balancer' as const,
    placement: placementOf(site, policy),
    name: resourceName.loadBalancer(site.name),
    subnetId,
    ...(frontendIp === undefined ? {} : { frontendIp }),
    proxyPorts: site.proxy.ports,
    persistence: site.proxy.persistence,
    probePort,
    ...balancer,
  });
}

/** What a slot's own public IP should be. */
export function publicIpIntent(site: Site, { slot, zone }: DesiredSlot, policy: Policy): PublicIpIntent {
  return withConfig({
    kind: 'public-ip' as const,
    placement: placementOf(site, policy),
    name: resourceName.publicIp(slot),
    slot,
    zone,
  });
}

/** What a slot's NIC should be. */
export function networkInterfaceIntent(
  site: Site,
  { slot }: DesiredSlot,
  publicIpId: string,
  { acceleratedNetworking }: Resolved,
  policy: Policy,
): NetworkInterfaceIntent {
  return withConfig({
    kind: 'network-interface' as const,
    placement: placementOf(site, policy),
    name: resourceName.networkInterface(slot),
    slot,
    subnetId: site.network.subnetId,
    publicIpId,
    acceleratedNetworking,
  });
}

/** What a gateway is told; needs the address that Azure gave it. */
export function gatewayConfig(
  site: Site,
  { slot }: DesiredSlot,
  publicAddress: string,
  { clients }: Resolved,
  policy: Policy,
): GatewayConfig {
  const { edges, identity, routing, ike, esp } = site.tunnel;
  const { address, ports, masquerade } = site.proxy;
  const from = netdataFrom(site);
  return {
    site: site.name,
    slot,
    routing,
    tunnels: tunnelRoles(site).map((role): TunnelConfig => ({
      role,
      edge: edges[role] ?? edges.primary,
      localId: identity.type === 'ip' ? publicAddress : `${slot}-${role}@${identity.domain}`,
    })),
    ike,
    esp,
    proxy: { address, ports, masquerade },
    clients,
    probePort,
    checkHost: `gateway.${policy.zscalerCloud}.net`,
    idleTimeoutMinutes: balancer.idleTimeoutMinutes,
    ...(from === undefined ? {} : { netdata: { from } }),
    ...(policy.reports === undefined ? {} : { reports: policy.reports }),
  };
}

/** What a slot's machine of some generation should be. Its fingerprint is over what only another machine can change. */
export function virtualMachineIntent(
  site: Site,
  { slot, zone }: DesiredSlot,
  generation: number,
  gateway: GatewayConfig,
  policy: Policy,
): VirtualMachineIntent {
  return {
    kind: 'virtual-machine',
    placement: placementOf(site, policy),
    name: resourceName.virtualMachine(slot, generation),
    slot,
    zone,
    generation,
    ...site.gateway,
    gateway,
    config: machineFingerprint(site),
  };
}

/** Changes with what only another machine brings: size, image, encryption at host. */
export function machineFingerprint({ gateway }: Site): string {
  return fingerprint(gateway);
}

/** What a rule should be that tells when probes of the balancer fail. */
export function alertRuleIntent(site: Site, policy: Policy): AlertRuleIntent {
  return withConfig({
    kind: 'alert-rule' as const,
    placement: placementOf(site, policy),
    name: resourceName.alertRule(site.name),
    loadBalancer: resourceName.loadBalancer(site.name),
  });
}

/** Which members of the pool should get no new connections. */
export function poolIntent(site: Site, drained: readonly SlotId[], policy: Policy): PoolIntent {
  return withConfig({
    kind: 'pool' as const,
    placement: placementOf(site, policy),
    name: resourceName.loadBalancer(site.name),
    drained: [...drained].sort(),
  });
}

/** A short script on a slot's machine. */
export function runIntent(
  site: Site,
  about: Pick<RunIntent, 'slot' | 'virtualMachine' | 'gateway' | 'script' | 'requestedAt'>,
  policy: Policy,
): RunIntent {
  return {
    kind: 'run',
    placement: placementOf(site, policy),
    name: about.script === 'diagnose' ? 'diagnose' : 'remedy',
    ...about,
    config: policy.configHash(about.gateway),
  };
}

/** What should be set up on a machine. */
export function setupIntent(
  site: Site,
  { slot }: DesiredSlot,
  virtualMachine: string,
  gateway: GatewayConfig,
  versions: ReadonlyMap<string, string>,
  attempt: number,
  policy: Policy,
): SetupIntent {
  const names = secretNames(site, slot);
  const psk: Partial<Record<TunnelRole, SecretReference>> = Object.fromEntries(
    tunnelRoles(site).map((role) => [role, { name: names[role], version: versions.get(names[role]) ?? '' }]),
  );
  return {
    kind: 'setup',
    placement: placementOf(site, policy),
    name: 'setup',
    slot,
    virtualMachine,
    gateway,
    psk,
    attempt,
    config: policy.configHash(gateway),
  };
}

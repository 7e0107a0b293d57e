/** What should a resource be? The decisions behind one write, in the domain's words; bodies are made in shared/azure. */
import type { GatewayConfig, TunnelRole } from '../gateway/gateway-config.js';
import type { SiteName, SlotId, Zone } from './ids.js';
import type { ObservedResource, ResourceKind, RunName } from './observed-site.js';
import type { Problem } from './problem.js';

/** Where a site's resources are made. */
export interface Placement {
  readonly site: SiteName;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly region: string;
  /** Tags that the site's owner asked for. */
  readonly tags: Readonly<Record<string, string>>;
}

interface Intent {
  readonly placement: Placement;
  readonly name: string;
  /** Goes into the tag `tunnelkeeper-config`; equal fingerprints mean an equal intent. */
  readonly config: string;
}

export interface SecurityGroupIntent extends Intent {
  readonly kind: 'security-group';
  readonly clients: readonly string[];
  readonly proxyPorts: readonly number[];
  readonly probePort: number;
  /** Prefixes that may see Netdata; nobody when absent. */
  readonly netdataFrom?: readonly string[];
}

export interface LoadBalancerIntent extends Intent {
  readonly kind: 'load-balancer';
  readonly subnetId: string;
  /** Dynamic when absent. */
  readonly frontendIp?: string;
  readonly proxyPorts: readonly number[];
  readonly persistence: 'none' | 'source-ip';
  readonly probePort: number;
  readonly probePath: string;
  readonly probeIntervalSeconds: number;
  readonly probeThreshold: number;
  readonly idleTimeoutMinutes: number;
}

export interface PublicIpIntent extends Intent {
  readonly kind: 'public-ip';
  readonly slot: SlotId;
  readonly zone: Zone;
}

export interface NetworkInterfaceIntent extends Intent {
  readonly kind: 'network-interface';
  readonly slot: SlotId;
  readonly subnetId: string;
  /** ARM id of our own or of an existing address. */
  readonly publicIpId: string;
  readonly acceleratedNetworking: boolean;
}

export interface VirtualMachineIntent extends Intent {
  readonly kind: 'virtual-machine';
  readonly slot: SlotId;
  readonly zone: Zone;
  readonly generation: number;
  readonly size: string;
  /** `publisher:offer:sku:version`, or the ARM id of an image. */
  readonly image: string;
  readonly encryptionAtHost: boolean;
  /** What cloud-init is rendered from. */
  readonly gateway: GatewayConfig;
}

/** A version of a secret, by id; never its value. */
export interface SecretReference {
  readonly name: string;
  readonly version: string;
}

export interface SetupIntent extends Intent {
  readonly kind: 'setup';
  readonly slot: SlotId;
  readonly virtualMachine: string;
  /** What the setup script is rendered from. */
  readonly gateway: GatewayConfig;
  readonly psk: Partial<Record<TunnelRole, SecretReference>>;
  /** 1 for the first run of this configuration on this machine; a higher number runs it again. */
  readonly attempt: number;
}

/** A short script on a machine that is set up. */
export interface RunIntent extends Intent {
  readonly kind: 'run';
  readonly name: RunName;
  readonly slot: SlotId;
  readonly virtualMachine: string;
  readonly gateway: GatewayConfig;
  /** What the script does. */
  readonly script: 'diagnose' | 'tunnel-up' | 'ipsec-restart';
  /** ISO 8601; a later one runs the script again. */
  readonly requestedAt: string;
}

export interface AlertRuleIntent extends Intent {
  readonly kind: 'alert-rule';
  /** Name of the balancer that it watches. */
  readonly loadBalancer: string;
}

/** Which members of the pool get no new connections. */
export interface PoolIntent extends Intent {
  readonly kind: 'pool';
  /** Name of the balancer, whose part the pool is. */
  readonly name: string;
  readonly drained: readonly SlotId[];
}

/** Everything that can be written. */
export type ResourceIntent =
  | SecurityGroupIntent
  | LoadBalancerIntent
  | PublicIpIntent
  | NetworkInterfaceIntent
  | VirtualMachineIntent
  | SetupIntent
  | RunIntent
  | AlertRuleIntent
  | PoolIntent;

/** Power for a machine that is off, or another host for one that doesn't answer. */
export interface MachineActionIntent {
  readonly placement: Placement;
  readonly kind: 'virtual-machine';
  readonly name: string;
  readonly slot: SlotId;
}

/** One resource of ours that should go. */
export interface DeletionIntent {
  readonly placement: Placement;
  readonly kind: Exclude<ResourceKind, 'setup' | 'run'>;
  readonly name: string;
  readonly slot?: SlotId;
}

/** A long operation that was begun and is looked at later. */
export interface Operation {
  readonly verb: 'put' | 'delete' | 'start' | 'redeploy';
  readonly kind: ResourceKind | 'pool';
  readonly name: string;
  readonly slot?: SlotId;
  /** The virtual machine of a setup or of a run. */
  readonly virtualMachine?: string;
  /** Opaque; from Azure-AsyncOperation or Location. Absent when Azure gave none. */
  readonly url?: string;
  /** ISO 8601. */
  readonly begunAt: string;
  /** ISO 8601: not to be asked before. */
  readonly askAt: string;
}

/** What a write answered at once. */
export interface Begun {
  /** Absent when there is nothing to wait for. */
  readonly operation?: { readonly url?: string; readonly retryAfterSeconds?: number };
  /** New state of the resource; absent after a deletion. */
  readonly observed?: ObservedResource;
  /** Id of the version of a secret that was made. */
  readonly version?: string;
}

/** What an operation says when it is asked. */
export type OperationAnswer =
  | { readonly state: 'running'; readonly retryAfterSeconds?: number; readonly observed?: ObservedResource }
  | { readonly state: 'succeeded'; readonly observed?: ObservedResource }
  | { readonly state: 'failed'; readonly problem: Problem; readonly observed?: ObservedResource };

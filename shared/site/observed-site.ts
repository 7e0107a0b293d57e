/** What is there? What Azure says of a site, in the few fields that decisions need. */
import type { GatewayDiagnosis } from '../gateway/gateway-diagnosis.js';
import type { SetupResult } from '../gateway/setup-result.js';
import type { SiteName, SlotId, Zone } from './ids.js';
import type { Outcome } from './problem.js';

/** State of a resource; `settled` means that nothing is in progress and the last write succeeded. */
export type ResourceState = 'settled' | 'changing' | 'failed' | 'deleting';

interface Resource {
  readonly name: string;
  /** ARM id as Azure wrote it. */
  readonly id: string;
  readonly state: ResourceState;
  /** Value of the tag `tunnelkeeper-config`: fingerprint of what was asked for. */
  readonly config?: string;
}

interface SlotResource extends Resource {
  readonly slot: SlotId;
}

export interface ObservedSecurityGroup extends Resource {
  readonly kind: 'security-group';
}

export interface ObservedLoadBalancer extends Resource {
  readonly kind: 'load-balancer';
  /** Private address of the frontend. */
  readonly frontendIp?: string;
  /** Gateways whose pool membership has the admin state `Down`: they get no new connections. */
  readonly drained: readonly SlotId[];
  /** Proxy ports that it has rules for. */
  readonly ports: readonly number[];
}

/** The metric alert rule on the backend health of the site's balancer. */
export interface ObservedAlertRule extends Resource {
  readonly kind: 'alert-rule';
}

export interface ObservedPublicIp extends SlotResource {
  readonly kind: 'public-ip';
  /** Absent until Azure has given one. */
  readonly address?: string;
}

export interface ObservedNetworkInterface extends SlotResource {
  readonly kind: 'network-interface';
  /** Whether it is registered in the pool of the site's balancer; who deletes the balancer takes it out. */
  readonly inPool: boolean;
  readonly privateIp?: string;
}

export interface ObservedVirtualMachine extends SlotResource {
  readonly kind: 'virtual-machine';
  readonly generation: number;
  /** From the instance view; `unknown` when it has no PowerState entry. */
  readonly power: 'running' | 'stopped' | 'deallocated' | 'starting' | 'unknown';
  /** ISO 8601. */
  readonly createdAt?: string;
}

/** The managed run command `setup` of a virtual machine. */
export interface ObservedSetup extends SlotResource {
  readonly kind: 'setup';
  /** Name of the virtual machine that it runs on. */
  readonly virtualMachine: string;
  /** From the instance view: what the script did, whatever `provisioningState` says. */
  readonly execution: 'pending' | 'running' | 'succeeded' | 'failed' | 'unknown';
  /** `<secret>/<version>` of the PSKs that were handed over, from the tag `tunnelkeeper-psk`. */
  readonly psk?: string;
  readonly endedAt?: string;
  /** Absent when the script's output has no result line. */
  readonly result?: SetupResult;
  /** Last line of the output when there is no result, at most 200 characters. */
  readonly lastLine?: string;
}

/** Name of a short script that is run on a machine which is set up. */
export type RunName = 'diagnose' | 'remedy';

/** The managed run command `diagnose` or `remedy` of a virtual machine. */
export interface ObservedRun extends SlotResource {
  readonly kind: 'run';
  readonly name: RunName;
  /** Name of the virtual machine that it runs on. */
  readonly virtualMachine: string;
  readonly execution: ObservedSetup['execution'];
  /** ISO 8601: when it was asked for, as its parameter `TK_RUN` says. */
  readonly requestedAt?: string;
  readonly endedAt?: string;
  /** What `diagnose` said; absent when its output has no sound line. */
  readonly diagnosis?: GatewayDiagnosis;
  /** What `remedy` said; absent as above. */
  readonly result?: SetupResult;
}

/** How one member of the balancer's pool answered probes in one minute. */
export interface BackendSample {
  readonly privateIp: string;
  /** ISO 8601: begin of the minute. */
  readonly at: string;
  /** Share of probes that were answered, 0 to 100. */
  readonly percent: number;
}

/** A gateway's newest report, where it is that it doesn't serve. */
export interface ReportedTrouble {
  readonly slot: SlotId;
  /** ISO 8601: when it came. */
  readonly at: string;
  /** What it says, in words of ours: `probe 503, primary down: no-child-sa`. */
  readonly words: string;
}

/** One resource of a site. */
export type ObservedResource =
  | ObservedSecurityGroup
  | ObservedLoadBalancer
  | ObservedPublicIp
  | ObservedNetworkInterface
  | ObservedVirtualMachine
  | ObservedSetup
  | ObservedRun
  | ObservedAlertRule;

/** Kinds of resources, in the order in which they are made. */
export type ResourceKind = ObservedResource['kind'];

/** Where packets for 0.0.0.0/0 leave the subnet. */
export type DefaultRoute =
  | { readonly kind: 'internet'; readonly because: 'route-table' | 'system' }
  /** A route of the subnet's route table sends them elsewhere. */
  | {
      readonly kind: 'captured';
      readonly routeTable: string;
      readonly route: string;
      readonly nextHop: string;
    }
  /** The network uses a remote gateway or hub that may announce 0.0.0.0/0, and no route of its own overrides it. */
  | { readonly kind: 'may-be-captured'; readonly peering: string };

/** The subnet and its network. */
export interface ObservedSubnet {
  readonly id: string;
  readonly region: string;
  /** Prefixes of the virtual network. */
  readonly addressSpace: readonly string[];
  /** Addresses that Azure can still give. */
  readonly freeAddresses: number;
  readonly defaultRoute: DefaultRoute;
}

/** What the region offers for a VM size. */
export interface SizeOffer {
  readonly size: string;
  readonly isOffered: boolean;
  /** Zones without a restriction for this subscription. */
  readonly zones: readonly Zone[];
  readonly vCpus: number;
  readonly acceleratedNetworking: boolean;
  readonly encryptionAtHost: boolean;
  /** Azure's family name, such as `standardDSv5Family`. */
  readonly family: string;
}

/** One quota: how much, and how much of it is used. */
export interface Quota {
  readonly name: string;
  readonly limit: number;
  readonly used: number;
}

/** A secret as far as anybody outside the vault may know it. */
export type SecretState =
  | { readonly name: string; readonly state: 'usable'; readonly version: string }
  | { readonly name: string; readonly state: 'missing' }
  | { readonly name: string; readonly state: 'disabled' }
  /** The value breaks the secrets file: not letters and digits alone, or not 8 to 255 long. */
  | {
      readonly name: string;
      readonly state: 'unusable';
      readonly version: string;
      readonly because: 'characters' | 'length';
    };

/** An existing public IP that the site wants to use. */
export interface ObservedForeignAddress {
  readonly id: string;
  readonly region: string;
  readonly zones: readonly string[];
  readonly isStandardStatic: boolean;
  readonly address?: string;
  /** ARM id of the IP configuration that holds it. */
  readonly usedBy?: string;
}

/** A condition by which a policy denies something. */
export interface PolicyReason {
  /** Such as `tags[owner]`, `location`, or an alias. */
  readonly field: string;
  /** Azure's name of it, such as `Exists`; empty when Azure didn't say. */
  readonly operator: string;
  /** What the field is compared with. */
  readonly targets: readonly string[];
}

/** A policy that denies what the site is to write. */
export interface PolicyDenial {
  /** ARM id of the assignment. */
  readonly assignmentId: string;
  /** Which policy of an assigned initiative it is. */
  readonly reference?: string;
  /** Types of resources that it denies, as ARM names them. */
  readonly types: readonly string[];
  /** What decided, but for the type. */
  readonly reasons: readonly PolicyReason[];
}

/** What was found out about policies; `not-checked` where Azure wouldn't say, with its words. */
export type PolicyLook =
  | { readonly kind: 'checked'; readonly denials: readonly PolicyDenial[] }
  | { readonly kind: 'not-checked'; readonly because: string };

/** A management lock. */
export interface ObservedLock {
  readonly name: string;
  readonly level: 'CanNotDelete' | 'ReadOnly';
  /** ARM id of the subscription or of the group. */
  readonly scope: string;
}

/** What was found out about locks; `not-checked` as above. */
export type LockLook =
  | { readonly kind: 'checked'; readonly locks: readonly ObservedLock[] }
  | { readonly kind: 'not-checked'; readonly because: string };

/** What surrounds a site: looked at before anything is built. Each part may have failed on its own. */
export interface Surroundings {
  readonly subnet: Outcome<ObservedSubnet>;
  readonly offer: Outcome<SizeOffer>;
  /** Regional and family cores. */
  readonly coreQuotas: Outcome<readonly Quota[]>;
  readonly publicIpQuota: Outcome<Quota>;
  readonly image: Outcome<{ readonly exists: boolean }>;
  /** Only when the site names a frontend address: whether it is free, with free ones close by. */
  readonly frontendIp?: Outcome<{ readonly isFree: boolean; readonly freeOnes: readonly string[] }>;
  readonly secrets: readonly Outcome<SecretState>[];
  readonly foreignAddresses: readonly Outcome<ObservedForeignAddress>[];
  /** Absent in what was looked at before there was such a look: runs in flight outlive an upgrade. */
  readonly policies?: Outcome<PolicyLook>;
  readonly locks?: Outcome<LockLook>;
}

/** All resources that carry the site's tag, as seen in one look. */
export interface ObservedResources {
  readonly site: SiteName;
  readonly resourceGroup: string;
  /** ISO 8601. */
  readonly observedAt: string;
  readonly resources: readonly ObservedResource[];
  /** Names that the site's resources would have, and that somebody else's have. */
  readonly taken: readonly string[];
  /** The last minutes of the balancer's members; empty when there are none, or the metrics could not be read. */
  readonly health: readonly BackendSample[];
  readonly secrets: readonly Outcome<SecretState>[];
  /** Absent where no gateway reports that it doesn't serve. */
  readonly reports?: readonly ReportedTrouble[];
}

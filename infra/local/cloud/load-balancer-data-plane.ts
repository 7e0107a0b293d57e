/** What does a load balancer do with packets? Hands new flows to members that are admitted, and keeps them there. */
import type { AdminState, AdminStates } from './admin-states.js';
import { idKey } from './arm-id.js';
import { frontendOf, probeNameOf, ruleFor, rulesOf, type Probe } from './balancer-parts.js';
import { ClientFlow } from './client-flow.js';
import type { Clock } from './clock.js';
import type { ClientAnswer } from './guests.js';
import { HealthProbes, type ProbedMachine, type RoundListener } from './health-probes.js';
import { referenceOf, type Json } from './json.js';
import type { Machines } from './machines.js';
import { addressesOf } from './network-interfaces.js';
import type { PacketFilter } from './packet-filter.js';
import { registeredIn, type Registered } from './pool-members.js';
import { resourceType } from './resource-types.js';
import type { Resource, Resources } from './resources.js';
import { probeAddress } from './service-tags.js';

/** A TCP connection that a client opens to a frontend. */
export interface FrontendConnection {
  readonly frontendIp: string;
  readonly clientIp: string;
  /** Another one each time unless told. */
  readonly clientPort?: number;
  readonly port: number;
}

/** A request that a client sends to a frontend, on a connection of its own. */
export interface FrontendRequest extends FrontendConnection {
  readonly url: string;
  /** How long the transfer takes, in seconds; over at once unless told. */
  readonly seconds?: number;
}

/** How it went, and which machine it was handed to, if to any. */
export interface Delivery {
  /** Id of the machine; `undefined` when the balancer had nobody to hand it to. */
  readonly machineId: string | undefined;
  readonly answer: ClientAnswer;
}

/** A connection that stands. */
export interface OpenConnection {
  readonly flow: ClientFlow;
  /** Sends a request on it. */
  readonly request: (url: string, seconds?: number) => Promise<ClientAnswer>;
}

/** What the balancer thinks of a member. */
export interface MemberHealth {
  readonly machineId: string;
  /** What its probes say, all of them. */
  readonly isUp: boolean;
  /** What is in force in its pool; `Up` and `Down` overrule the probe, also in Azure's metric of the probe's status. */
  readonly adminState: AdminState;
  /** When this was decided, in milliseconds since the epoch. */
  readonly since: number;
}

/** What the plane stands on. */
export interface DataPlaneGround {
  readonly resources: Resources;
  readonly machines: Machines;
  readonly states: AdminStates;
  readonly filter: PacketFilter;
  readonly clock: Clock;
}

/** Ports of clients that name none: dynamic ones, in turn (RFC 6335). */
const dynamicPorts = { first: 49_152, count: 16_384 };

/** All balancers of the region. */
export class LoadBalancerDataPlane {
  readonly #probes: HealthProbes;
  #connections = 0;

  constructor(private readonly ground: DataPlaneGround) {
    this.#probes = new HealthProbes((balancer) => this.#probed(balancer), ground.clock);
  }

  /** Tells a listener, the only one, which machines answered each round of probes. */
  onRound(listener: RoundListener): void {
    this.#probes.onRound(listener);
  }

  /** Probes a balancer's members from now on. */
  watch(balancer: Resource): void {
    this.#probes.watch(balancer);
  }

  forget(balancerId: string): void {
    this.#probes.forget(balancerId);
  }

  close(): void {
    this.#probes.close();
  }

  /** What each balancer thinks of its members that have power, by the balancer's id in lower case. */
  all(): Readonly<Record<string, readonly MemberHealth[]>> {
    const { resources, states } = this.ground;
    const healthOf = (id: string): readonly MemberHealth[] => {
      const registered = registeredIn(resources, states, id);
      const adminStateOf = (machineId: string) =>
        [...(registered.find((one) => idKey(one.machineId) === machineId)?.adminStates.values() ?? [])][0];
      return [...this.#probes.opinions(id)].map(([machineId, { isUp, since }]) => ({
        ...{ machineId, isUp, since },
        adminState: adminStateOf(machineId) ?? 'None',
      }));
    };
    return Object.fromEntries(this.#probes.balancers().map((id) => [id, healthOf(id)]));
  }

  /** Where clients can send to: each balancer's first address and the ports of its rules. */
  frontends(): readonly { readonly ip: string; readonly ports: readonly number[] }[] {
    return this.#balancers().map((balancer) => {
      const rules = rulesOf(balancer);
      const [first] = rules;
      return {
        ip: first === undefined ? '' : frontendOf(balancer, first),
        ports: rules.map(({ frontendPort }) => Number(frontendPort)),
      };
    });
  }

  /** Sends a client's request to a frontend, on a connection of its own; ends with the transfer. */
  async send(request: FrontendRequest): Promise<Delivery> {
    const opened = this.open(request);
    if (opened.kind === 'dropped') return { machineId: undefined, answer: opened };
    const { flow } = opened;
    const answer = await opened.request(request.url, request.seconds);
    flow.close();
    return { machineId: flow.machineId, answer };
  }

  /** Opens a connection; a new one is answered nothing where nobody may take it (documentation). */
  open(
    connection: FrontendConnection,
  ): ({ readonly kind: 'open' } & OpenConnection) | { readonly kind: 'dropped'; readonly because: string } {
    const { frontendIp, clientIp, port } = connection;
    const dropped = (because: string) => ({ kind: 'dropped', because }) as const;
    const balancer = this.#balancers().find((one) =>
      rulesOf(one).some((rule) => frontendOf(one, rule) === frontendIp),
    );
    if (balancer === undefined) return dropped('no frontend has this address');
    const rule = ruleFor(balancer, frontendIp, port);
    if (rule === undefined) return dropped('no rule for this port');
    const clientPort =
      connection.clientPort ?? dynamicPorts.first + ((this.#connections += 1) % dynamicPorts.count);
    const eligible = this.#eligible(balancer, rule);
    const key = flowKey(rule, { ...connection, clientPort });
    const chosen = eligible[hash(key) % Math.max(1, eligible.length)];
    if (chosen === undefined) return dropped('no healthy member');
    const backendPort = Number(rule['backendPort']) || port;
    if (!this.#letsIn(chosen.networkInterface, clientIp, clientPort, backendPort))
      return dropped('the security group denies it');
    const flow = new ClientFlow(chosen.machineId, rule, this.ground);
    const request = (url: string, seconds?: number) =>
      flow.request({ clientIp, port: backendPort, url, ...(seconds === undefined ? {} : { seconds }) });
    return { kind: 'open', flow, request };
  }

  #balancers(): readonly Resource[] {
    return this.ground.resources.ofType(resourceType.loadBalancer);
  }

  /** Who takes new flows: what people said overrules the probe (Microsoft Learn, 'Administrative state'). */
  #eligible(balancer: Resource, rule: Json): readonly Registered[] {
    const { resources, states } = this.ground;
    const pool = idKey(referenceOf(rule['backendAddressPool']));
    const probe = probeNameOf(rule);
    return registeredIn(resources, states, balancer.id).filter(({ machineId, adminStates }) => {
      switch (adminStates.get(pool)) {
        case undefined:
        case 'Down':
          return false;
        case 'Up':
          return true;
        case 'None':
          // Without a probe every member is taken to be well (documentation).
          return probe === undefined || this.#probes.opinion(balancer.id, probe, machineId)?.isUp === true;
      }
    });
  }

  #letsIn(
    networkInterface: Resource,
    sourceIp: string,
    sourcePort: number,
    destinationPort: number,
  ): boolean {
    const { filter, resources } = this.ground;
    const { privateIp: destinationIp } = addressesOf(resources, networkInterface);
    return (
      filter.decide(networkInterface, {
        ...{ direction: 'Inbound', protocol: 'Tcp', sourceIp, sourcePort, destinationIp, destinationPort },
      }).access === 'Allow'
    );
  }

  #probed(balancer: Resource): readonly ProbedMachine[] {
    const { resources, states, machines } = this.ground;
    return registeredIn(resources, states, balancer.id)
      .filter(({ machineId }) => machines.guest(machineId) !== undefined)
      .map((member) => ({
        key: idKey(member.machineId),
        answers: (probe) => this.#answers(member, probe),
      }));
  }

  /** HTTP wants 200 and nothing else; TCP wants a listener, which also one that answers something else is. */
  async #answers({ machineId, networkInterface }: Registered, { protocol, port, path }: Probe) {
    if (!this.#letsIn(networkInterface, probeAddress, dynamicPorts.first, port)) return false;
    const guest = this.ground.machines.guest(machineId);
    // A guest that fails inside itself answers nothing, as a machine would.
    const status = await guest?.probe(port, path).catch(() => undefined);
    return protocol === 'Tcp' ? status !== undefined : status === 200;
  }
}

/** What a client's flows are told apart by: all five, or with persistence its address and maybe the protocol. */
function flowKey(rule: Json, connection: Required<FrontendConnection>): string {
  const { clientIp, clientPort, frontendIp, port } = connection;
  switch (rule['loadDistribution']) {
    case 'SourceIP':
      return `${clientIp} ${frontendIp}`;
    case 'SourceIPProtocol':
      return `${clientIp} ${frontendIp} Tcp`;
    default:
      return `${clientIp}:${clientPort} ${frontendIp}:${port} Tcp`;
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const letter of text) value = Math.imul(value ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return value;
}

/** What does a load balancer do with packets? Probes its pool, and hands new flows to the members it has admitted. */
import { asList, asRecord, asText, propertiesOf, referenceOf, type Json } from './json.js';
import { idKey } from './arm-id.js';
import type { AdminState, AdminStates } from './admin-states.js';
import { frontendOf, probeOf, rulesOf } from './balancer-parts.js';
import type { ClientAnswer, ClientRequest } from './guests.js';
import type { Machines } from './machines.js';
import { membersOf } from './pool-members.js';
import { resourceType } from './resource-types.js';
import type { Resource, Resources } from './resources.js';
import { letsIn, probeAddress } from './security-groups.js';
import { unlessAborted } from './signals.js';

/** A request that a client sends to a frontend. */
export interface FrontendRequest {
  readonly frontendIp: string;
  readonly clientIp: string;
  readonly port: number;
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

/** What the balancer thinks of a member. */
export interface MemberHealth {
  readonly machineId: string;
  /** What the probe says. */
  readonly isUp: boolean;
  /** What is in force in its pool; `Up` and `Down` overrule the probe, also in Azure's metric of the probe's status. */
  readonly adminState: AdminState;
  /** When this was decided, in milliseconds since the epoch. */
  readonly since: number;
}

interface Member {
  isUp: boolean;
  since: number;
  /** Probes in a row that spoke against `isUp`. */
  against: number;
}

/** A machine that is registered in pools of a balancer. */
interface Registered {
  readonly networkInterface: Resource;
  readonly machineId: string;
  /** By the pool's id in lower case. */
  readonly adminStates: ReadonlyMap<string, AdminState>;
}

interface Watch {
  timer: ReturnType<typeof setTimeout> | undefined;
  readonly members: Map<string, Member>;
}

/** All balancers of the region. */
export class LoadBalancerDataPlane {
  readonly #watches = new Map<string, Watch>();
  #flows = 0;
  #onRound: ((balancer: Resource, answered: ReadonlySet<string>) => void) | undefined;

  constructor(
    private readonly resources: Resources,
    private readonly machines: Machines,
    private readonly states: AdminStates,
  ) {}

  /** Tells a listener, the only one, which machines (ids in lower case) answered each round of probes. */
  onRound(listener: (balancer: Resource, answered: ReadonlySet<string>) => void): void {
    this.#onRound = listener;
  }

  /** Probes a balancer's members from now on. */
  watch(balancer: Resource): void {
    if (this.#watches.has(idKey(balancer.id))) return;
    const watch: Watch = { timer: undefined, members: new Map() };
    this.#watches.set(idKey(balancer.id), watch);
    const round = () => {
      const { intervalInSeconds } = probeOf(balancer);
      watch.timer = setTimeout(round, Number(intervalInSeconds ?? 15) * 1000);
      void this.#probeAll(balancer, watch);
    };
    round();
  }

  forget(balancerId: string): void {
    clearTimeout(this.#watches.get(idKey(balancerId))?.timer);
    this.#watches.delete(idKey(balancerId));
  }

  close(): void {
    for (const id of [...this.#watches.keys()]) this.forget(id);
  }

  /** What each balancer thinks of its members that have power, by the balancer's id in lower case. */
  all(): Readonly<Record<string, readonly MemberHealth[]>> {
    return Object.fromEntries(
      [...this.#watches].map(([id, { members }]) => {
        const registered = this.#registered(id);
        const adminStateOf = (machineId: string) =>
          [...(registered.find((one) => idKey(one.machineId) === machineId)?.adminStates.values() ?? [])][0];
        return [
          id,
          [...members].map(([machineId, { isUp, since }]) => ({
            machineId,
            isUp,
            adminState: adminStateOf(machineId) ?? 'None',
            since,
          })),
        ];
      }),
    );
  }

  /** Where clients can send to: each balancer's address and ports. */
  frontends(): readonly { readonly ip: string; readonly ports: readonly number[] }[] {
    return this.resources.ofType(resourceType.loadBalancer).map((balancer) => ({
      ip: frontendOf(balancer),
      ports: rulesOf(balancer).map(({ frontendPort }) => Number(frontendPort)),
    }));
  }

  /** Sends a client's request to a frontend; ends with the transfer. */
  async send({ frontendIp, clientIp, port, url, seconds }: FrontendRequest): Promise<Delivery> {
    const balancer = this.resources
      .ofType(resourceType.loadBalancer)
      .find((found) => frontendOf(found) === frontendIp);
    const nobody = (because: string): Delivery => ({
      machineId: undefined,
      answer: { kind: 'dropped', because },
    });
    if (balancer === undefined) return nobody('no frontend has this address');
    const rule = rulesOf(balancer).find(({ frontendPort }) => Number(frontendPort) === port);
    if (rule === undefined) return nobody('no rule for this port');
    const eligible = this.#eligible(balancer, idKey(referenceOf(rule['backendAddressPool'])));
    const chosen = eligible[hash(this.#flowKey(rule, clientIp)) % Math.max(1, eligible.length)];
    if (chosen === undefined) return nobody('no healthy member');
    const backendPort = Number(rule['backendPort']);
    if (!this.#letsIn(chosen.networkInterface, clientIp, backendPort))
      return nobody('the security group denies it');
    const transfer = { clientIp, port: backendPort, url, ...(seconds === undefined ? {} : { seconds }) };
    return { machineId: chosen.machineId, answer: await this.#transfer(chosen.machineId, transfer) };
  }

  /** Who takes new flows: what people said overrules the probe (Microsoft Learn, 'Administrative state'). */
  #eligible(balancer: Resource, pool: string): readonly Registered[] {
    return this.#registered(balancer.id).filter(({ machineId, adminStates }) => {
      switch (adminStates.get(pool)) {
        case undefined:
        case 'Down':
          return false;
        case 'Up':
          return true;
        case 'None':
          return this.#isUp(balancer, machineId);
      }
    });
  }

  /** A flow stays with its member, whatever probe and people say of it, until the machine answers no more. */
  async #transfer(machineId: string, request: ClientRequest): Promise<ClientAnswer> {
    const began = Date.now();
    const guest = this.machines.guest(machineId);
    const silence = this.machines.silence(machineId);
    if (guest === undefined || silence === undefined) {
      return { kind: 'dropped', because: 'the machine has no power' };
    }
    // One that hangs already says so itself.
    if (silence.aborted) return guest.request(request);
    const answer = await unlessAborted(guest.request(request), silence);
    const seconds = Math.round((Date.now() - began) / 1000);
    return answer ?? { kind: 'dropped', because: `the connection broke after ${seconds} s` };
  }

  /** With persistence by source a client stays with a member; else each flow comes from a port of its own. */
  #flowKey(rule: Json, clientIp: string): string {
    return rule['loadDistribution'] === 'SourceIP' ? clientIp : `${clientIp}:${(this.#flows += 1)}`;
  }

  #isUp(balancer: Resource, machineId: string): boolean {
    return this.#watches.get(idKey(balancer.id))?.members.get(idKey(machineId))?.isUp ?? false;
  }

  #letsIn(networkInterface: Resource, sourceIp: string, port: number): boolean {
    const group = this.resources.get(
      referenceOf(propertiesOf(networkInterface.body)['networkSecurityGroup']),
    );
    return group === undefined || letsIn(group, sourceIp, port);
  }

  /** Members of all pools that are machines, each once. */
  #registered(balancerId: string): readonly Registered[] {
    const byMachine = new Map<string, Registered>();
    const pools = asList(propertiesOf(this.resources.get(balancerId)?.body)['backendAddressPools']);
    for (const pool of pools) {
      const poolId = idKey(`${balancerId}/backendAddressPools/${asText(asRecord(pool)['name'])}`);
      for (const { networkInterface, configurationId } of membersOf(this.resources, poolId)) {
        const machineId = referenceOf(propertiesOf(networkInterface.body)['virtualMachine']);
        if (machineId === '') continue;
        const known = byMachine.get(idKey(machineId))?.adminStates ?? new Map<string, AdminState>();
        const adminStates = new Map([...known, [poolId, this.states.effective(poolId, configurationId)]]);
        byMachine.set(idKey(machineId), { networkInterface, machineId, adminStates });
      }
    }
    return [...byMachine.values()];
  }

  async #probeAll(balancer: Resource, watch: Watch): Promise<void> {
    const running = this.#registered(balancer.id).filter(
      ({ machineId }) => this.machines.guest(machineId) !== undefined,
    );
    const present = new Set(running.map(({ machineId }) => idKey(machineId)));
    for (const known of [...watch.members.keys()]) if (!present.has(known)) watch.members.delete(known);
    const answered = new Set<string>();
    await Promise.all(
      running.map(async ({ machineId, networkInterface }) => {
        const { port, requestPath, probeThreshold } = probeOf(balancer);
        const mayPass = this.#letsIn(networkInterface, probeAddress, Number(port));
        const guest = mayPass ? this.machines.guest(machineId) : undefined;
        // A guest that fails inside itself answers nothing, as a machine would.
        const status = await guest?.probe(Number(port), asText(requestPath)).catch(() => undefined);
        if (status === 200) answered.add(idKey(machineId));
        judge(watch, idKey(machineId), status === 200, Number(probeThreshold ?? 1));
      }),
    );
    if (this.#watches.get(idKey(balancer.id)) === watch) this.#onRound?.(balancer, answered);
  }
}

/** `probeThreshold` probes in a row admit a member, and as many take it out (Azure documentation). */
function judge({ members }: Watch, key: string, isGood: boolean, threshold: number): void {
  const member = members.get(key) ?? { isUp: false, since: Date.now(), against: 0 };
  members.set(key, member);
  member.against = isGood === member.isUp ? 0 : member.against + 1;
  if (member.against < threshold) return;
  member.isUp = isGood;
  member.since = Date.now();
  member.against = 0;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const letter of text) value = Math.imul(value ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return value;
}

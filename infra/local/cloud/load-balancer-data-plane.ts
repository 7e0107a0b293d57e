/** What does a load balancer do with packets? Probes its pool, and hands new flows to the members it has admitted. */
import { asList, asRecord, asText, propertiesOf, referenceOf, type Json } from './json.js';
import { idKey } from './arm-id.js';
import type { ClientAnswer } from './guests.js';
import { membersOf } from './load-balancers.js';
import type { Machines } from './machines.js';
import { resourceType } from './resource-types.js';
import type { Resource, Resources } from './resources.js';
import { letsIn, probeAddress } from './security-groups.js';

/** A request that a client sends to a frontend. */
export interface FrontendRequest {
  readonly frontendIp: string;
  readonly clientIp: string;
  readonly port: number;
  readonly url: string;
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
  readonly isUp: boolean;
  /** When this was decided, in milliseconds since the epoch. */
  readonly since: number;
}

interface Member {
  isUp: boolean;
  since: number;
  /** Probes in a row that spoke against `isUp`. */
  against: number;
}

/** A machine with power that is registered in pools of a balancer. */
interface PoweredMember {
  readonly networkInterface: Resource;
  readonly machineId: string;
  /** Ids of the pools in lower case. */
  readonly pools: readonly string[];
}

interface Watch {
  timer: ReturnType<typeof setTimeout> | undefined;
  readonly members: Map<string, Member>;
}

/** All balancers of the region. */
export class LoadBalancerDataPlane {
  readonly #watches = new Map<string, Watch>();
  #flows = 0;

  constructor(
    private readonly resources: Resources,
    private readonly machines: Machines,
  ) {}

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

  /** What each balancer thinks of its members now, by the balancer's id in lower case. */
  all(): Readonly<Record<string, readonly MemberHealth[]>> {
    return Object.fromEntries(
      [...this.#watches].map(([id, { members }]) => [
        id,
        [...members].map(([machineId, { isUp, since }]) => ({ machineId, isUp, since })),
      ]),
    );
  }

  /** Where clients can send to: each balancer's address and ports. */
  frontends(): readonly { readonly ip: string; readonly ports: readonly number[] }[] {
    return this.resources.ofType(resourceType.loadBalancer).map((balancer) => ({
      ip: frontendOf(balancer),
      ports: rulesOf(balancer).map(({ frontendPort }) => Number(frontendPort)),
    }));
  }

  /** Sends a client's request to a frontend. */
  async send({ frontendIp, clientIp, port, url }: FrontendRequest): Promise<Delivery> {
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
    const pool = idKey(referenceOf(rule['backendAddressPool']));
    const ofRule = this.#running(balancer).filter(({ pools }) => pools.includes(pool));
    const up = ofRule.filter(({ machineId }) => this.#isUp(balancer, machineId));
    const chosen = up[hash(this.#flowKey(rule, clientIp)) % Math.max(1, up.length)];
    if (chosen === undefined) return nobody('no healthy member');
    const backendPort = Number(rule['backendPort']);
    if (!this.#letsIn(chosen.networkInterface, clientIp, backendPort))
      return nobody('the security group denies it');
    const guest = this.machines.guest(chosen.machineId);
    if (guest === undefined) return nobody('the machine has no power');
    return { machineId: chosen.machineId, answer: await guest.request({ clientIp, port: backendPort, url }) };
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

  /** Members of all pools that have power, each once. */
  #running(balancer: Resource): readonly PoweredMember[] {
    const byMachine = new Map<string, PoweredMember>();
    for (const pool of asList(propertiesOf(balancer.body)['backendAddressPools'])) {
      const poolId = idKey(`${balancer.id}/backendAddressPools/${asText(asRecord(pool)['name'])}`);
      for (const { networkInterface } of membersOf(this.resources, poolId)) {
        const machineId = referenceOf(propertiesOf(networkInterface.body)['virtualMachine']);
        if (this.machines.guest(machineId) === undefined) continue;
        const pools = [...(byMachine.get(idKey(machineId))?.pools ?? []), poolId];
        byMachine.set(idKey(machineId), { networkInterface, machineId, pools });
      }
    }
    return [...byMachine.values()];
  }

  async #probeAll(balancer: Resource, watch: Watch): Promise<void> {
    const running = this.#running(balancer);
    const present = new Set(running.map(({ machineId }) => idKey(machineId)));
    for (const known of [...watch.members.keys()]) if (!present.has(known)) watch.members.delete(known);
    await Promise.all(
      running.map(async ({ machineId, networkInterface }) => {
        const { port, requestPath, probeThreshold } = probeOf(balancer);
        const mayPass = this.#letsIn(networkInterface, probeAddress, Number(port));
        const guest = mayPass ? this.machines.guest(machineId) : undefined;
        // A guest that fails inside itself answers nothing, as a machine would.
        const status = await guest?.probe(Number(port), asText(requestPath)).catch(() => undefined);
        judge(watch, idKey(machineId), status === 200, Number(probeThreshold ?? 1));
      }),
    );
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

function probeOf(balancer: Resource): Json {
  return propertiesOf(asList(propertiesOf(balancer.body)['probes'])[0]);
}

function rulesOf(balancer: Resource): readonly Json[] {
  return asList(propertiesOf(balancer.body)['loadBalancingRules']).map(propertiesOf);
}

function frontendOf(balancer: Resource): string {
  return asText(
    propertiesOf(asList(propertiesOf(balancer.body)['frontendIPConfigurations'])[0])['privateIPAddress'],
  );
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const letter of text) value = Math.imul(value ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return value;
}

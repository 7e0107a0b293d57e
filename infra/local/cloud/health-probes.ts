/** Which members does a balancer think well of? It asks each again and again, and goes by answers in a row. */
import { idKey } from './arm-id.js';
import { probesOf, type Probe } from './balancer-parts.js';
import type { Clock } from './clock.js';
import type { Resource } from './resources.js';

/** What a probe thinks of a machine. */
export interface Opinion {
  readonly isUp: boolean;
  /** When that was decided, in milliseconds since the epoch. */
  readonly since: number;
}

/** A machine with power in a balancer's pools. */
export interface ProbedMachine {
  /** Its id in lower case. */
  readonly key: string;
  /** Whether it answers a probe well; may never end. */
  answers(probe: Probe): Promise<boolean>;
}

/** A round of one probe is over; `answered` has the ids of the machines that answered, in lower case. */
export type RoundListener = (balancer: Resource, probeName: string, answered: ReadonlySet<string>) => void;

interface Member {
  isUp: boolean;
  since: number;
  /** Answers in a row that spoke against `isUp`. */
  against: number;
}

interface Watch {
  timer: ReturnType<typeof setTimeout> | undefined;
  readonly members: Map<string, Member>;
}

/** A machine that says nothing has failed after this long, or after the probe's interval (documentation). */
const longestAnswerSeconds = 30;

/** The probes of all balancers. */
export class HealthProbes {
  /** By the balancer's id in lower case, then by the probe's name. */
  readonly #watches = new Map<string, Map<string, Watch>>();
  #onRound: RoundListener | undefined;

  constructor(
    /** Whom a balancer's probes ask now. */
    private readonly machinesOf: (balancer: Resource) => readonly ProbedMachine[],
    private readonly clock: Clock,
  ) {}

  /** Tells a listener, the only one, of each round. */
  onRound(listener: RoundListener): void {
    this.#onRound = listener;
  }

  /** Begins with the probes of a balancer that aren't asked yet; those that are gone end by themselves. */
  watch(balancer: Resource): void {
    const watches = this.#watches.get(idKey(balancer.id)) ?? new Map<string, Watch>();
    this.#watches.set(idKey(balancer.id), watches);
    for (const { name } of probesOf(balancer)) {
      if (watches.has(name)) continue;
      const watch: Watch = { timer: undefined, members: new Map() };
      watches.set(name, watch);
      this.#round(balancer, name, watch);
    }
  }

  forget(balancerId: string): void {
    for (const { timer } of this.#watches.get(idKey(balancerId))?.values() ?? []) clearTimeout(timer);
    this.#watches.delete(idKey(balancerId));
  }

  close(): void {
    for (const id of [...this.#watches.keys()]) this.forget(id);
  }

  /** Ids of the balancers that are watched, in lower case. */
  balancers(): readonly string[] {
    return [...this.#watches.keys()];
  }

  /** What a probe thinks of a machine; `undefined` of one that it hasn't asked. */
  opinion(balancerId: string, probeName: string, machineId: string): Opinion | undefined {
    return this.#watches.get(idKey(balancerId))?.get(probeName)?.members.get(idKey(machineId));
  }

  /** What all of a balancer's probes together think of each machine that they know, by ids in lower case. */
  opinions(balancerId: string): ReadonlyMap<string, Opinion> {
    const all = new Map<string, Opinion>();
    for (const { members } of this.#watches.get(idKey(balancerId))?.values() ?? []) {
      for (const [key, { isUp, since }] of members) {
        const known = all.get(key);
        const both = known === undefined || known.isUp ? { isUp, since } : known;
        all.set(key, both);
      }
    }
    return all;
  }

  #round(balancer: Resource, name: string, watch: Watch): void {
    const probe = probesOf(balancer).find((one) => one.name === name);
    if (probe === undefined) {
      this.#watches.get(idKey(balancer.id))?.delete(name);
      return;
    }
    watch.timer = setTimeout(() => {
      this.#round(balancer, name, watch);
    }, probe.intervalSeconds * 1000);
    void this.#ask(balancer, probe, watch);
  }

  async #ask(balancer: Resource, probe: Probe, watch: Watch): Promise<void> {
    const machines = this.machinesOf(balancer);
    const present = new Set(machines.map(({ key }) => key));
    for (const known of [...watch.members.keys()]) if (!present.has(known)) watch.members.delete(known);
    const answered = new Set<string>();
    await Promise.all(
      machines.map(async (machine) => {
        const isGood = await this.#answer(machine, probe);
        if (isGood) answered.add(machine.key);
        judge(watch, machine.key, isGood, probe.threshold);
      }),
    );
    if (this.#watches.get(idKey(balancer.id))?.get(probe.name) === watch)
      this.#onRound?.(balancer, probe.name, answered);
  }

  async #answer(machine: ProbedMachine, probe: Probe): Promise<boolean> {
    const answered = new AbortController();
    const limit = this.clock.pause(Math.min(probe.intervalSeconds, longestAnswerSeconds), answered.signal);
    try {
      return await Promise.race([machine.answers(probe), limit.then(() => false)]);
    } finally {
      answered.abort('answered'); // without a reason Node makes an error with a stack, for each probe
    }
  }
}

/** `threshold` answers in a row admit a member, and as many take it out (Azure documentation). */
function judge({ members }: Watch, key: string, isGood: boolean, threshold: number): void {
  const member = members.get(key) ?? { isUp: false, since: Date.now(), against: 0 };
  members.set(key, member);
  member.against = isGood === member.isUp ? 0 : member.against + 1;
  if (member.against < threshold) return;
  member.isUp = isGood;
  member.since = Date.now();
  member.against = 0;
}

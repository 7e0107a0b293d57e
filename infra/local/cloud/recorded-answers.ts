/** What does the first answer to a write say, and how often? As often as it was recorded, drawn by seed. */
import type { OperationVerb, Provider } from './operations.js';
import type { Random } from './random.js';
import type { ProvisioningState } from './resources.js';

/** Kinds of resources that are written, by their names among the durations. */
export type WrittenKind =
  | 'public-ip'
  | 'security-group'
  | 'load-balancer'
  | 'network-interface'
  | 'virtual-network'
  | 'route-table'
  | 'virtual-machine'
  | 'run-command';

/** How often each was seen; `none` stands for an answer without it. */
type Weights<Value extends string | number> = readonly (readonly [value: Value, seen: number])[];

/** Seconds of Retry-After. Where a kind was seen without it, how often wasn't told: one in ten is an estimate. */
const retryAfterSeconds: Readonly<Record<WrittenKind | 'delete' | 'action', Weights<number | 'none'>>> = {
  'public-ip': [
    [1, 108],
    [3, 84],
    [10, 4],
  ],
  'security-group': [
    [3, 16],
    [10, 6],
  ],
  'load-balancer': [[10, 9]],
  'network-interface': [
    [10, 20],
    ['none', 2],
  ],
  /** How often 10 was seen beside 3 wasn't told: one in ten is an estimate. */
  'virtual-network': [
    [3, 265],
    [10, 29],
  ],
  /** Inferred from the balancer's. */
  'route-table': [[10, 9]],
  'virtual-machine': [[10, 162]],
  /** Inferred from the machine's: no recording of managed run commands was found. */
  'run-command': [[10, 1]],
  delete: [[10, 16]],
  action: [[10, 19]],
};

/** Seconds of Retry-After on polls. */
const pollSeconds: Readonly<Record<Provider, Weights<number>>> = {
  'Microsoft.Network': [
    [10, 6623],
    [2, 9],
  ],
  /** 61, 70 and 36 were seen too, once each (estimate: how often wasn't told). */
  'Microsoft.Compute': [
    [30, 153],
    [61, 1],
    [70, 1],
    [36, 1],
  ],
};

/** `provisioningState` of the first answer to a creation and to an update. */
const claims: Readonly<
  Record<WrittenKind, Readonly<Record<'create' | 'update', Weights<ProvisioningState>>>>
> = {
  'public-ip': {
    create: [['Updating', 561]],
    /** Both were seen; half and half is an estimate. */
    update: [
      ['Updating', 6],
      ['Succeeded', 6],
    ],
  },
  'security-group': {
    create: [['Updating', 84]],
    /** Mostly Updating; an estimate of how often. */
    update: [
      ['Updating', 6],
      ['Succeeded', 1],
    ],
  },
  'load-balancer': {
    create: [
      ['Succeeded', 92],
      ['Updating', 3],
    ],
    update: [
      ['Succeeded', 200],
      ['Updating', 43],
    ],
  },
  'network-interface': {
    create: [
      ['Succeeded', 623],
      ['Updating', 2],
    ],
    update: [
      ['Succeeded', 107],
      ['Updating', 57],
    ],
  },
  'virtual-network': { create: [['Updating', 750]], update: [['Updating', 91]] },
  /** Both Updating; how often they were seen wasn't told. */
  'route-table': { create: [['Updating', 1]], update: [['Updating', 1]] },
  'virtual-machine': { create: [['Creating', 549]], update: [['Updating', 132]] },
  /** Inferred from extensions. */
  'run-command': { create: [['Creating', 1]], update: [['Updating', 1]] },
};

/** Shares of writes that were done at once: their answers name no operation. */
const doneAtOnce: Readonly<Partial<Record<WrittenKind, Partial<Record<'create' | 'update', number>>>>> = {
  'network-interface': { create: 4 / 625, update: 1 / 164 },
};

/** Draws what is said. */
export class RecordedAnswers {
  constructor(private readonly random: Random) {}

  /** Seconds of Retry-After on the first answer; `undefined` for an answer without it. */
  retryAfter(kind: WrittenKind, verb: OperationVerb | 'action'): number | undefined {
    const isWrite = verb === 'create' || verb === 'update';
    const drawn = this.#pick(retryAfterSeconds[isWrite ? kind : verb]);
    return drawn === 'none' ? undefined : drawn;
  }

  /** Seconds of Retry-After on a poll of an operation that runs. */
  pollAfter(provider: Provider): number {
    return this.#pick(pollSeconds[provider]);
  }

  /** What the first answer claims: some say Succeeded while their operation still runs. */
  claim(kind: WrittenKind, verb: 'create' | 'update'): ProvisioningState {
    return this.#pick(claims[kind][verb]);
  }

  /** Says whether a write is done at once, without an operation to ask. */
  isDoneAtOnce(kind: WrittenKind, verb: 'create' | 'update'): boolean {
    return this.random() < (doneAtOnce[kind]?.[verb] ?? 0);
  }

  /** Says whether an operation is named by its URL, or by its id alone: both forms were recorded. */
  namesUrl(): boolean {
    return this.random() < 0.5;
  }

  /** Says with which status `operationResults` ends. */
  resultStatus(): 200 | 204 {
    return this.#pick([
      [204, 65],
      [200, 115],
    ] as const);
  }

  /** Says whether an operation's URL has another api-version than the request had. */
  hasOtherVersion(provider: Provider): boolean {
    return this.random() < (provider === 'Microsoft.Compute' ? 350 / 1494 : 4 / 2936);
  }

  #pick<Value extends string | number>(weights: Weights<Value>): Value {
    let left = this.random() * weights.reduce((sum, [, seen]) => sum + seen, 0);
    for (const [value, seen] of weights) {
      left -= seen;
      if (left < 0) return value;
    }
    const [first] = weights;
    if (first === undefined) throw new Error('Nothing was recorded to draw from.');
    return first[0];
  }
}

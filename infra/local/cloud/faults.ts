/** What can be made to go wrong? Switched on and off while the cloud runs. */
import type { Clock } from './clock.js';
import type { Json } from './json.js';
import type { Random } from './random.js';
import { serverErrors, type FailureShape } from './server-errors.js';
import { scopeLocked } from './locks.js';
import { fromGateway, refusal, type WireRequest } from './wire.js';
import { clientId } from './world.js';

/** One thing that is wrong; it ends by itself after `forSeconds`, or is ended. */
export type Fault = AnyFault & { readonly forSeconds?: number };

type AnyFault =
  /** Machines are accepted and then fail to be allocated; without a zone, in all of them. */
  | { readonly kind: 'no-capacity'; readonly zone?: string; readonly because?: 'capacity' | 'constraints' }
  /** Machines whose name begins so hang at each boot. */
  | { readonly kind: 'hang'; readonly machine: string }
  /** Machines of this size are refused at once. */
  | { readonly kind: 'size-not-available'; readonly size: string }
  /** Azure Policy denies writes of a type. */
  | { readonly kind: 'policy'; readonly type: string; readonly reason: string }
  /** A lock on the resource group. */
  | { readonly kind: 'lock'; readonly level: 'CanNotDelete' | 'ReadOnly' }
  /** The caller lacks an action such as `Microsoft.Compute/virtualMachines/write`. */
  | { readonly kind: 'permission'; readonly action: string }
  /** A share of all requests, 0 to 1, is refused for their number. */
  | { readonly kind: 'throttle'; readonly share: number; readonly retryAfterSeconds?: number }
  /** A share of all requests, 0 to 1, times out inside Azure. */
  | { readonly kind: 'server-timeout'; readonly share: number }
  /**
   * A share of all requests to any service, 0 to 1, fails: 500, 503, 504, or a connection that is cut; what writes may
   * have taken effect all the same. In all shapes alike unless told.
   */
  | { readonly kind: 'failing-calls'; readonly share: number; readonly shapes?: readonly FailureShape[] }
  /** A share of the polls of operations, 0 to 1, is answered 5xx; the operations go on. */
  | { readonly kind: 'failing-polls'; readonly share: number }
  /** Every bucket holds and refills only this share of what is usual, above 0 to 1. */
  | { readonly kind: 'tight-buckets'; readonly share: number }
  /** What is begun of a type fails in the end, for a reason that stands in its operation alone. */
  | {
      readonly kind: 'operation-fails';
      readonly type: string;
      readonly verb?: 'create' | 'update' | 'delete' | 'action';
      readonly code: string;
      readonly message: string;
      /** How many operations; all of them unless told. */
      readonly times?: number;
    }
  /** Run commands of machines whose name begins so say Succeeded, exit code 0, and have run nothing. */
  | { readonly kind: 'run-command-lies'; readonly machine: string }
  /** Queries of metrics answer nonsense, or nothing. Alert rules are not touched. */
  | { readonly kind: 'metrics'; readonly shape: 'gaps' | 'nan' | 'future' | 'none' }
  /** What alert rules have to tell reaches nobody. */
  | { readonly kind: 'lose-alerts' }
  /** Events of Event Grid reach nobody. */
  | { readonly kind: 'lose-events' }
  /** Reports of gateways reach nobody. */
  | { readonly kind: 'lose-reports' };

/** What a request is about, as far as faults can tell. */
interface About {
  readonly request: WireRequest;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly type: string;
  readonly name: string;
  readonly id: string;
}

/** The faults that are on. */
export class Faults {
  #on: readonly Fault[] = [];
  readonly #failed = new Map<Fault, number>();

  constructor(
    private readonly random: Random,
    private readonly clock: Pick<Clock, 'pause'>,
  ) {}

  all(): readonly Fault[] {
    return this.#on;
  }

  add(fault: Fault): void {
    this.#on = [...this.#on, fault];
    if (fault.forSeconds === undefined) return;
    void this.clock.pause(fault.forSeconds).then(() => {
      this.#on = this.#on.filter((one) => one !== fault);
    });
  }

  /** The faults of a kind that are on. */
  ofKind<Kind extends Fault['kind']>(kind: Kind): readonly Extract<Fault, { kind: Kind }>[] {
    return this.#on.filter((fault): fault is Extract<Fault, { kind: Kind }> => fault.kind === kind);
  }

  /** Ends all faults of a kind. */
  clear(kind?: Fault['kind']): void {
    this.#on = kind === undefined ? [] : this.#on.filter((fault) => fault.kind !== kind);
  }

  /** Why a zone has no place for a machine; `undefined` when it has. */
  lacksCapacity(zone: string | undefined): 'capacity' | 'constraints' | undefined {
    const found = this.ofKind('no-capacity').find((fault) => fault.zone === undefined || fault.zone === zone);
    return found && (found.because ?? 'capacity');
  }

  /** The share of their size that buckets have, above 0 to 1. */
  bucketShare(): number {
    return Math.min(1, ...this.ofKind('tight-buckets').map(({ share }) => share));
  }

  /** The error that an operation is to end with, which counts as used; `undefined` for one that may succeed. */
  failureOf(type: string, verb: 'create' | 'update' | 'delete' | 'action'): Json | undefined {
    const found = this.ofKind('operation-fails').find(
      (fault) =>
        fault.type.toLowerCase() === type.toLowerCase() &&
        (fault.verb === undefined || fault.verb === verb) &&
        (this.#failed.get(fault) ?? 0) < (fault.times ?? Number.POSITIVE_INFINITY),
    );
    if (found === undefined) return undefined;
    this.#failed.set(found, (this.#failed.get(found) ?? 0) + 1);
    return { code: found.code, message: found.message };
  }

  /** Says whether what a machine is told to run isn't run, and called a success. */
  liesOf(machineName: string): boolean {
    const name = machineName.toLowerCase();
    return this.ofKind('run-command-lies').some(({ machine }) => name.startsWith(machine.toLowerCase()));
  }

  /** Says whether a machine that boots now hangs. */
  hangs(machineName: string): boolean {
    const name = machineName.toLowerCase();
    return this.#on.some((fault) => fault.kind === 'hang' && name.startsWith(fault.machine.toLowerCase()));
  }

  /** Says whether a size is refused. */
  refusesSize(size: string): boolean {
    return this.#on.some((fault) => fault.kind === 'size-not-available' && fault.size === size);
  }

  /** What metrics are made to look like; `undefined` for what they are. */
  metricsShape(): Extract<Fault, { kind: 'metrics' }>['shape'] | undefined {
    return this.#on.find((fault) => fault.kind === 'metrics')?.shape;
  }

  /** Says whether alerts, events or reports get lost. */
  loses(what: 'alerts' | 'events' | 'reports'): boolean {
    return this.#on.some(({ kind }) => kind === `lose-${what}`);
  }

  /** Throws the refusal that any request may meet, a poll or a list too. */
  checkAny(subscriptionId: string): void {
    for (const fault of this.#on) {
      const isMet =
        (fault.kind === 'throttle' || fault.kind === 'server-timeout') && this.random() < fault.share;
      if (!isMet) continue;
      if (fault.kind === 'throttle') throw throttled(fault.retryAfterSeconds);
      throw serverErrors.serverTimeout({ path: `/subscriptions/${subscriptionId}` }, this.random);
    }
  }

  /** Throws the refusal that a request meets before its provider sees it. */
  check(about: About): void {
    for (const fault of this.#on) this.#checkOne(fault, about);
  }

  #checkOne(fault: Fault, { request, subscriptionId, resourceGroup, type, name, id }: About): void {
    const verb = { GET: 'read', PUT: 'write', PATCH: 'write', DELETE: 'delete' }[request.method] ?? 'action';
    switch (fault.kind) {
      case 'permission': {
        const action = `${type}/${verb}`;
        if (action.toLowerCase() !== fault.action.toLowerCase()) return;
        throw fromGateway(
          refusal(
            403,
            'AuthorizationFailed',
            `The client '${clientId}' with object id '${clientId}' does not have authorization to perform action '${action}' ` +
              `over scope '${id}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
          ),
        );
      }
      case 'lock': {
        const isMet = verb === 'delete' || (verb !== 'read' && fault.level === 'ReadOnly');
        const scope = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
        if (!isMet) return;
        throw scopeLocked(id, verb === 'delete' ? 'delete' : 'write', scope);
      }
      case 'policy':
        if (verb !== 'write' || fault.type.toLowerCase() !== type.toLowerCase()) return;
        throw fromGateway(
          refusal(
            403,
            'RequestDisallowedByPolicy',
            `Resource '${name}' was disallowed by policy. Reasons: '${fault.reason}'. See error details for policy resource IDs.`,
            { target: name, additionalInfo: [] },
          ),
        );
      case 'throttle':
      case 'server-timeout':
      case 'failing-calls':
      case 'failing-polls':
      case 'tight-buckets':
      case 'operation-fails':
      case 'run-command-lies':
      case 'no-capacity':
      case 'hang':
      case 'size-not-available':
      case 'metrics':
      case 'lose-alerts':
      case 'lose-events':
      case 'lose-reports':
        return;
    }
  }
}

function throttled(retryAfterSeconds: number | undefined) {
  const thrown = refusal(429, 'TooManyRequests', 'Too many requests. Please try again after sometime.');
  return retryAfterSeconds === undefined ? thrown : thrown.with({ 'retry-after': String(retryAfterSeconds) });
}

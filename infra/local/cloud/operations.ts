/** What is in flight, and what does it answer who asks? The machinery of long-running operations, for all services. */
import type { Json } from './json.js';
import { guid, type Random } from './random.js';
import { refusal, type WireAnswer } from './wire.js';

/** What a write or a deletion does. */
export type OperationVerb = 'create' | 'update' | 'delete';

/** A provider that has operations. */
export type Provider = 'Microsoft.Network' | 'Microsoft.Compute';

/** One long-running operation. */
export interface Operation {
  readonly id: string;
  readonly provider: Provider;
  /** ARM id of the resource. */
  readonly resourceId: string;
  readonly type: string;
  readonly verb: OperationVerb | 'action';
  /** Which action, such as `restart`. */
  readonly action?: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  endedAt?: number;
  status: 'InProgress' | 'Succeeded' | 'Failed';
  /** `{ code, message, … }` of one that failed. */
  error?: Json;
  /** What its Location answers at the end, for one that was asked for something. */
  result?: Json;
}

/** What is begun. */
export type Change = Pick<Operation, 'provider' | 'resourceId' | 'type' | 'verb' | 'action'>;

/** Seconds that the providers name on every poll of an operation that runs (recorded). */
const pollSeconds: Record<Provider, number> = { 'Microsoft.Network': 10, 'Microsoft.Compute': 30 };

/** Host of ARM; operations are asked there, whatever the address of the simulator. */
const armHost = 'https://management.azure.com';

const operationPath =
  /^\/subscriptions\/([^/]+)\/providers\/(Microsoft\.(?:Network|Compute))\/locations\/([^/]+)\/operation(s|Results)\/([^/]+)$/i;

/** Is told of operations, after whoever began them. */
export interface OperationListener {
  begun(operation: Operation): void;
  ended(operation: Operation): void;
}

/** All operations since the cloud came up. */
export class Operations {
  readonly #byId = new Map<string, Operation>();
  #listener: OperationListener | undefined;

  constructor(
    private readonly random: Random,
    private readonly place: { readonly subscriptionId: string; readonly region: string },
  ) {}

  /** Tells a listener, the only one, of what begins and ends from now on. */
  listen(listener: OperationListener): void {
    this.#listener = listener;
  }

  /** Every operation, oldest first. */
  all(): readonly Operation[] {
    return [...this.#byId.values()];
  }

  /**
   * Starts an operation.
   *
   * @param perform ends when the work is done, with the error of one that failed; one that throws has failed too
   * @param settle called once, before anybody is told that the operation is over
   */
  start(
    about: Change,
    perform: () => Promise<Json | undefined>,
    settle: (operation: Operation) => void,
  ): Operation {
    const operation: Operation = {
      ...about,
      id: guid(this.random),
      startedAt: Date.now(),
      status: 'InProgress',
    };
    this.#byId.set(operation.id, operation);
    this.#listener?.begun(operation);
    void perform()
      .catch(internalError)
      .then((error) => {
        operation.endedAt = Date.now();
        operation.status = error === undefined ? 'Succeeded' : 'Failed';
        if (error !== undefined) operation.error = error;
        settle(operation);
        this.#listener?.ended(operation);
      });
    return operation;
  }

  /** Headers of the first answer: Azure-AsyncOperation, and Location beside it on a deletion and an action. */
  headersOf(operation: Operation, apiVersion: string, retryAfter: number): Record<string, string> {
    const { provider, verb } = operation;
    const url = (kind: 'operations' | 'operationResults', more = '') =>
      `${armHost}/subscriptions/${this.place.subscriptionId}/providers/${provider}/locations/${this.place.region}` +
      `/${kind}/${operation.id}?${this.#signature(apiVersion)}${more}`;
    const location =
      provider === 'Microsoft.Network' ? url('operationResults') : url('operations', '&monitor=true');
    return {
      'azure-asyncoperation': url('operations'),
      ...(verb === 'delete' || verb === 'action' ? { location } : {}),
      'retry-after': String(retryAfter),
    };
  }

  /** Newer URLs are signed: opaque to whoever asks. */
  #signature(apiVersion: string): string {
    const long = () => guid(this.random).replaceAll('-', '').repeat(3);
    return `api-version=${apiVersion}&t=${Date.now()}&c=${long()}&s=${long()}&h=${long()}`;
  }

  /** Answers a poll; `undefined` when the path is none of an operation. */
  answer(path: string, query: URLSearchParams): WireAnswer | undefined {
    const [, , provider, , kind, id] = operationPath.exec(path) ?? [];
    if (provider === undefined || id === undefined) return undefined;
    const operation = this.#byId.get(id.toLowerCase());
    if (operation === undefined) {
      throw refusal(404, 'NotFound', `The operation ${id} was not found.`);
    }
    const retryAfter = { 'retry-after': String(pollSeconds[operation.provider]) };
    const isRunning = operation.status === 'InProgress';
    if (kind?.toLowerCase() === 'results' || query.get('monitor') === 'true') {
      if (isRunning) return { status: 202, headers: retryAfter };
      if (operation.result !== undefined) return { status: 200, body: operation.result };
      // Network: recorded beside 200. Compute: its SDK takes 200 at the end of an action, and no 204.
      return { status: operation.provider === 'Microsoft.Network' ? 204 : 200 };
    }
    return { status: 200, headers: isRunning ? retryAfter : {}, body: bodyOf(operation) };
  }
}

/** An operation that runs for ever would hide what broke (the code was seen in recordings, the text wasn't). */
function internalError(error: unknown): Json {
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'InternalExecutionError', message: `The simulated cloud failed: ${message}` };
}

function bodyOf({ provider, id, status, error, startedAt, endedAt }: Operation): Json {
  const failure = error === undefined ? {} : { error };
  if (provider === 'Microsoft.Network') return { status, ...failure };
  return {
    startTime: new Date(startedAt).toISOString(),
    ...(endedAt === undefined ? {} : { endTime: new Date(endedAt).toISOString() }),
    status,
    ...failure,
    name: id,
  };
}

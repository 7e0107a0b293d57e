/** What is in flight, and what does it answer who asks? The machinery of long-running operations, for all services. */
import type { Json } from './json.js';
import { guid, type Random } from './random.js';
import type { RecordedAnswers } from './recorded-answers.js';
import { refusal, type WireAnswer } from './wire.js';

/** What a write or a deletion does. */
export type OperationVerb = 'create' | 'update' | 'delete';

/** A provider that has operations. */
export type Provider = 'Microsoft.Network' | 'Microsoft.Compute';

/** One long-running operation. */
export interface Operation {
  readonly id: string;
  /** How a refusal of another change names it: by its id or by its URL. */
  readonly namedAs: string;
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

/** An older api-version that an operation's URL may have instead of the request's (recorded for compute). */
const otherVersion: Record<Provider, string> = {
  'Microsoft.Network': '2020-05-01',
  'Microsoft.Compute': '2019-03-01',
};

/** Requests up to this api-version get statuses in lower case (recorded in versions of 2016 and 2017). */
const lastLowerCaseVersion = '2018';

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
  readonly #resultStatus = new Map<string, 200 | 204>();
  #listener: OperationListener | undefined;

  constructor(
    private readonly random: Random,
    private readonly answers: RecordedAnswers,
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
    const id = guid(this.random);
    const operation: Operation = {
      ...about,
      id,
      namedAs: this.answers.namesUrl() ? `${this.#path(about.provider, 'operations')}/${id}` : id,
      startedAt: Date.now(),
      status: 'InProgress',
    };
    this.#byId.set(id, operation);
    this.#resultStatus.set(id, this.answers.resultStatus());
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

  /**
   * Headers of the first answer: Azure-AsyncOperation, and Location beside it on a deletion and an action.
   *
   * @param retryAfter seconds; `undefined` for an answer that names none
   */
  headersOf(
    operation: Operation,
    apiVersion: string,
    retryAfter: number | undefined,
  ): Record<string, string> {
    const { provider, verb, id } = operation;
    const version = this.answers.hasOtherVersion(provider) ? otherVersion[provider] : apiVersion;
    const url = (kind: 'operations' | 'operationResults', more = '') =>
      `${this.#path(provider, kind)}/${id}?${this.#signature(provider, version)}${more}`;
    const location =
      provider === 'Microsoft.Network' ? url('operationResults') : url('operations', '&monitor=true');
    return {
      'azure-asyncoperation': url('operations'),
      ...(verb === 'delete' || verb === 'action' ? { location } : {}),
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    };
  }

  #path(provider: Provider, kind: 'operations' | 'operationResults'): string {
    const { subscriptionId, region } = this.place;
    return `${armHost}/subscriptions/${subscriptionId}/providers/${provider}/locations/${region}/${kind}`;
  }

  /** Newer URLs are signed, hundreds of characters: opaque to whoever asks. */
  #signature(provider: Provider, apiVersion: string): string {
    const long = () => guid(this.random).replaceAll('-', '').repeat(3);
    const partition = provider === 'Microsoft.Compute' ? `p=${guid(this.random)}&` : '';
    return `${partition}api-version=${apiVersion}&t=${Date.now()}&c=${long()}&s=${long()}&h=${long()}`;
  }

  /** Answers a poll; `undefined` when the path is none of an operation. */
  answer(path: string, query: URLSearchParams): WireAnswer | undefined {
    const [, , provider, , kind, id] = operationPath.exec(path) ?? [];
    if (provider === undefined || id === undefined) return undefined;
    const operation = this.#byId.get(id.toLowerCase());
    if (operation === undefined) {
      throw refusal(404, 'NotFound', `The operation ${id} was not found.`);
    }
    const isRunning = operation.status === 'InProgress';
    const headers = isRunning
      ? { 'retry-after': String(this.answers.pollAfter(operation.provider)) }
      : undefined;
    const isMonitor = query.get('monitor') === 'true';
    if (kind?.toLowerCase() === 'results' || isMonitor) {
      // Its status is inferred: that Location answers an error then is ARM's rule for all providers (documentation).
      if (operation.error !== undefined) return { status: 409, body: { error: operation.error } };
      if (headers === undefined && operation.result !== undefined)
        return { status: 200, body: operation.result };
      // How compute ends here wasn't recorded: its SDK takes 200 at the end of an action, and no 204.
      if (headers === undefined)
        return { status: isMonitor ? 200 : (this.#resultStatus.get(operation.id) ?? 204) };
      const location = isMonitor ? { location: `${armHost}${path}?${query.toString()}` } : {};
      return { status: 202, headers: { ...headers, ...location } };
    }
    const isOld = (query.get('api-version') ?? '') < lastLowerCaseVersion;
    return { status: 200, headers: headers ?? {}, body: bodyOf(operation, isOld) };
  }
}

/** An operation that runs for ever would hide what broke (the code was seen in recordings, the text wasn't). */
function internalError(error: unknown): Json {
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'InternalExecutionError', message: `The simulated cloud failed: ${message}` };
}

function bodyOf(operation: Operation, isOld: boolean): Json {
  const { provider, id, error, startedAt, endedAt } = operation;
  const failure = error === undefined ? {} : { error };
  if (provider === 'Microsoft.Network') return { status: operation.status, ...failure };
  const status = isOld
    ? operation.status.charAt(0).toLowerCase() + operation.status.slice(1)
    : operation.status;
  return {
    startTime: new Date(startedAt).toISOString(),
    ...(endedAt === undefined ? {} : { endTime: new Date(endedAt).toISOString() }),
    status,
    ...failure,
    name: id,
  };
}

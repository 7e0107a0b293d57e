/** How does the contract talk to a host? Over HTTP alone: to the app, and to the management API. */
import type { HostUnderTest, RunningHost } from './host-under-test.js';

/** Status of an instance, as the management API tells it. */
export interface Status {
  readonly name: string;
  readonly instanceId: string;
  readonly runtimeStatus: string;
  readonly input: unknown;
  readonly customStatus: unknown;
  readonly output: unknown;
  readonly createdTime: string;
  readonly lastUpdatedTime: string;
  readonly historyEvents?: readonly Readonly<Record<string, unknown>>[];
}

/** A note of the app. */
export interface SeenNote {
  readonly what: unknown;
  readonly atMs: number;
}

/**
 * Longest that anything is waited for, in our milliseconds: what is unmet costs no more, and a machine that is busy with
 * something more important has been seen to take more than ten seconds.
 */
const longestWaitMs = 20_000;

const ends = ['Completed', 'Failed', 'Terminated', 'Canceled'];

/** A running host, and what is asked of it. */
export class ContractClient {
  #count = 0;

  /** @param label begins the names of instances, so that two hosts' don't mix */
  constructor(
    readonly host: RunningHost,
    readonly kind: HostUnderTest,
    private readonly label: string,
  ) {}

  /** A new name for an instance or a subject. */
  newId(): string {
    return `${this.label}-${++this.#count}`;
  }

  /** Asks the app; `path` stands behind the prefix. */
  app(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.host.url}/v1/${path}`, { redirect: 'manual', ...init });
  }

  /** Asks the management API, with its key. */
  manage(path: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(`${this.host.url}/runtime/webhooks/durabletask/${path}`);
    url.searchParams.set('code', this.host.keys.system);
    return fetch(url, init);
  }

  /** Starts an orchestration by the app's client binding; answers what the app answers. */
  begin(
    name: string,
    input: unknown,
    { id = '', version }: { id?: string; version?: string } = {},
  ): Promise<Response> {
    const query = version === undefined ? '' : `?version=${version}`;
    return this.app(`start/${name}${id === '' ? '' : `/${id}`}${query}`, {
      method: 'POST',
      body: JSON.stringify(input ?? null),
    });
  }

  /** Starts an orchestration and answers its id. */
  async start(
    name: string,
    input: unknown,
    options: { id?: string; version?: string } = {},
  ): Promise<string> {
    const answer = await this.begin(name, input, options);
    if (answer.status !== 202) throw new Error(`${name} wasn't started: ${answer.status}`);
    return ((await answer.json()) as { id: string }).id; // the payload of createCheckStatusResponse
  }

  /** Starts an orchestration and waits until it is over. */
  async run(name: string, input: unknown, options: { id?: string; version?: string } = {}): Promise<Status> {
    return this.outcome(await this.start(name, input, options));
  }

  /** Waits until an instance is over. */
  outcome(id: string): Promise<Status> {
    return this.eventually(`the end of ${id}`, async () => {
      const status = await this.status(id);
      return status !== undefined && ends.includes(status.runtimeStatus) ? status : undefined;
    });
  }

  /** Waits until an instance has a status. */
  becomes(id: string, wanted: string): Promise<Status> {
    return this.eventually(`${id} to be ${wanted}`, async () => {
      const status = await this.status(id);
      return status?.runtimeStatus === wanted ? status : undefined;
    });
  }

  /** @param query such as `showHistory=true` */
  async status(id: string, query = ''): Promise<Status | undefined> {
    const answer = await this.manage(`instances/${id}?${query}`);
    return answer.status === 404 ? undefined : ((await answer.json()) as Status); // the API's documented shape
  }

  /** Lets the app's client do something to an instance. */
  async client(
    call: string,
    id: string,
    given: unknown = null,
  ): Promise<{ result?: unknown; error?: string }> {
    const answer = await this.app(`client/${call}/${id}`, { method: 'POST', body: JSON.stringify(given) });
    return (await answer.json()) as { result?: unknown; error?: string }; // the app's own shape
  }

  async notes(subject: string): Promise<readonly SeenNote[]> {
    return (await (await this.app(`notes/${subject}`)).json()) as SeenNote[]; // the app's own shape
  }

  /** Waits until a subject has so many notes. */
  notesOnce(subject: string, count: number): Promise<readonly SeenNote[]> {
    return this.eventually(`${count} notes of ${subject}`, async () => {
      const notes = await this.notes(subject);
      return notes.length >= count ? notes : undefined;
    });
  }

  /** Asks until there is an answer. */
  async eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
    const until = Date.now() + longestWaitMs;
    while (Date.now() < until) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`Waited for ${what} in vain.`);
  }

  /** Lets so many of the host's seconds pass, where something must not happen meanwhile. */
  async pass(seconds: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, (seconds * 1000) / this.kind.speed));
  }
}

/** What comes in and goes out over the wire, and how is something refused? */
import type { Json } from './json.js';

/** A request as the services see it. */
export interface WireRequest {
  /** Host that the client believes to speak to, such as `management.azure.com`. */
  readonly host: string;
  readonly method: string;
  /** Without doubled and trailing slashes. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed body; `undefined` without one. */
  readonly body: Json | undefined;
}

/** An answer. */
export interface WireAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A request that a service refuses; thrown from wherever that is found out. */
export class Refusal extends Error {
  constructor(readonly answer: WireAnswer) {
    super(JSON.stringify(answer.body));
  }

  /** The same with more headers; those that it has already stay. */
  with(headers: Readonly<Record<string, string>>): Refusal {
    return new Refusal({ ...this.answer, headers: { ...headers, ...this.answer.headers } });
  }
}

/** What ARM and its providers answer to what they refuse: `{ "error": { code, message, … } }`. */
export function refusal(status: number, code: string, message: string, more: Json = {}): Refusal {
  return new Refusal({ status, body: { error: { code, message, ...more } } });
}

/** A refusal of ARM's own, before a provider was asked: its answer says so (recorded). */
export function fromGateway(refused: Refusal): Refusal {
  return refused.with({ 'x-ms-failure-cause': 'gateway' });
}

/** The network provider's refusals carry an empty list of details. */
export function networkRefusal(status: number, code: string, message: string): Refusal {
  return refusal(status, code, message, { details: [] });
}

/** A method that a service doesn't know for a path. */
export function methodNotAllowed({ method, path }: WireRequest): Refusal {
  return refusal(405, 'MethodNotAllowed', `The method ${method} is not allowed on ${path}.`);
}

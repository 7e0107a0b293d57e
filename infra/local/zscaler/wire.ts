/** What comes in and goes out over the wire, and how does ZIA refuse? */

/** A JSON object whose shape nobody has checked yet. */
export type Json = Readonly<Record<string, unknown>>;

/** A request as the simulator sees it. */
export interface WireRequest {
  readonly method: string;
  /** With the API's base. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** An answer: without a body, with JSON, or with text as it stands. */
export interface WireAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
  /** `application/json` when left out and there is a body. */
  readonly contentType?: string;
}

/** A request that is refused; thrown from wherever that is found out. */
export class Refusal extends Error {
  constructor(readonly answer: WireAnswer) {
    super(`ZIA refuses with ${answer.status}.`);
  }
}

/** ZIA's refusals: `{ "code", "message" }`, of which some have only the code (recorded). */
export function refusal(status: number, code: string, message?: string): Refusal {
  return new Refusal({ status, body: message === undefined ? { code } : { code, message } });
}

/** A resource that isn't there (inferred; a path that isn't there has no body: recorded). */
export function notFound(): Refusal {
  return refusal(404, 'RESOURCE_NOT_FOUND', 'Resource does not exist');
}

/** A body that can't be taken (code of the vendor's documentation; the message is inferred). */
export function invalid(message: string): Refusal {
  return refusal(400, 'INVALID_INPUT_ARGUMENT', message);
}

/** A path or method that isn't there: 404 with an empty body (recorded). */
export function noSuchPath(): Refusal {
  return new Refusal({ status: 404 });
}

/** The body of a write, an object. */
export function bodyOf({ text }: WireRequest): Json {
  try {
    const parsed: unknown = JSON.parse(text === '' ? '{}' : text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Json; // an object
  } catch {
    // Refused below.
  }
  throw invalid('Request body is invalid.');
}

/** A field of a body, as text; `undefined` when it is something else. */
export function textOf(body: Json, name: string): string | undefined {
  const value = body[name];
  return typeof value === 'string' ? value : undefined;
}

/** A page of a list, as a plain array; 100 rows unless told (documented), 1,000 at most. */
export function pageOf<Row>(rows: readonly Row[], query: URLSearchParams): readonly Row[] {
  const size = Math.min(1000, positive(query.get('pageSize')) ?? 100);
  const page = positive(query.get('page')) ?? 1;
  return rows.slice((page - 1) * size, page * size);
}

function positive(told: string | null): number | undefined {
  const value = Number(told);
  return told !== null && Number.isInteger(value) && value > 0 ? value : undefined;
}

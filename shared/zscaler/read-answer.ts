/** What does an answer of ZIA's mean? From status, headers and text alone. */
import { editLockRetryAfterSeconds, outageRetryAfterSeconds, throttleDefaultSeconds } from './zia-limits.js';
import { failed, succeeded, type ZiaFailure, type ZiaOutcome } from './zia-outcome.js';

/** An answer, as it was on the wire. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A word instead of JSON, though the content type says JSON (recorded: `SUCCESS`). */
const bareWord = /^[A-Z][A-Z_]*$/;
/** ZIA's codes. A PSK holds digits and small letters too, so no echo passes for one. */
const codePattern = /^[A-Z][A-Z_]{2,39}$/;
const waitPattern = /^\s*(\d{1,6}(?:\.\d+)?)\s*(?:s|seconds?)?\s*$/i;
/** Characters of ZIA's message that are quoted. */
const maxMessage = 200;

/**
 * Reads an answer.
 *
 * @param about what was asked, in words without secrets, such as `GET /status`
 * @param isSecret whether the request carried a secret: then ZIA's message isn't quoted, since it could repeat it
 * @returns the parsed body (`undefined` when empty, the word itself when unquoted), or what the refusal means
 */
export function readAnswer(answer: Answer, about: string, isSecret: boolean): ZiaOutcome<unknown> {
  const { status, text } = answer;
  const body = parse(text);
  if (status >= 300 && status < 400) return failed(notJson(status, about, 'a redirect'));
  if (body === notParsed) {
    if (status === 429) return failed(throttled(answer, {}, about));
    return failed(notJson(status, about, /^\s*</.test(text) ? 'a web page' : 'something else'));
  }
  if (status >= 200 && status < 300) return succeeded(body);
  return failed(failureOf(answer, asRecord(body), about, isSecret));
}

function failureOf(answer: Answer, body: Body, about: string, isSecret: boolean): ZiaFailure {
  const { status } = answer;
  const code = codeOf(body);
  const named = { status, ...(code === undefined ? {} : { code }) };
  const said = `${about} was answered ${status}${code === undefined ? '' : ` ${code}`}${isSecret ? '' : quoted(body)}.`;
  if (status === 429) return throttled(answer, body, about);
  if (isEditLock(status, code, body)) {
    const detail = `${about} waits for somebody else's edit: ${status}${code === undefined ? '' : ` ${code}`}.`;
    const retryAfterSeconds = retryAfter(answer, body) ?? editLockRetryAfterSeconds;
    return { kind: 'edit-locked', detail, ...named, retryAfterSeconds, isRetryable: true };
  }
  if (status === 401) return { kind: 'session-expired', detail: said, ...named, isRetryable: true };
  if (status >= 500) {
    const retryAfterSeconds = retryAfter(answer, body) ?? outageRetryAfterSeconds;
    return { kind: 'unreachable', detail: said, ...named, retryAfterSeconds, isRetryable: true };
  }
  return { kind: 'refused', detail: said, ...named, isRetryable: false };
}

/** The lock has a code; the barrier around a tenant's activation has only words, with 409 or 412 (vendor's SDK). */
function isEditLock(status: number, code: string | undefined, body: Body): boolean {
  if (status !== 409 && status !== 412) return false;
  return code === 'EDIT_LOCK_NOT_AVAILABLE' || /org barrier/i.test(String(body['message']));
}

function throttled(answer: Answer, body: Body, about: string): ZiaFailure {
  const retryAfterSeconds = retryAfter(answer, body) ?? throttleDefaultSeconds;
  const detail = `${about} exceeds ZIA's rate limit; it says to wait ${retryAfterSeconds} s.`;
  return { kind: 'throttled', detail, status: 429, retryAfterSeconds, isRetryable: true };
}

/** Seconds to wait: the header is a number, the body's a phrase such as `1 seconds` (recorded). */
function retryAfter({ headers }: Answer, body: Body): number | undefined {
  for (const told of [headers['retry-after'], body['Retry-After']]) {
    const match = typeof told === 'string' ? waitPattern.exec(told) : null;
    if (match !== null) return Math.ceil(Number(match[1]));
  }
  return undefined;
}

function notJson(status: number, about: string, what: string): ZiaFailure {
  return {
    kind: 'not-json',
    detail: `${about} was answered ${status} with ${what} instead of JSON: maintenance, or a proxy in between.`,
    status,
    retryAfterSeconds: outageRetryAfterSeconds,
    isRetryable: true,
  };
}

const notParsed = Symbol('not parsed');

function parse(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  if (bareWord.test(trimmed)) return trimmed;
  try {
    return JSON.parse(trimmed) as unknown;
  } catch {
    return notParsed;
  }
}

type Body = Readonly<Record<string, unknown>>;

function asRecord(value: unknown): Body {
  return typeof value === 'object' && value !== null ? (value as Body) : {}; // an object has only named properties
}

function codeOf(body: Body): string | undefined {
  const { code } = body;
  return typeof code === 'string' && codePattern.test(code) ? code : undefined;
}

function quoted(body: Body): string {
  const { message } = body;
  return typeof message === 'string' && message !== '' ? `: ${message.slice(0, maxMessage)}` : '';
}

/** How is a long operation begun, and not waited for? The first answer is taken, and the SDK's poller left alone. */
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import type { Begun } from '../site/intent.js';
import type { ObservedResource } from '../site/observed-site.js';
import type { Outcome } from '../site/problem.js';
import { outcomeOf, type Doing } from './problem-of-error.js';

/** The first answer to a write. */
export interface FirstAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | undefined };
  /** JSON as Azure sent it; empty for answers without a body. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A response as both generations of SDKs hand it to `onResponse`. */
interface RawResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | undefined };
  readonly bodyAsText?: string | null | undefined;
}

/** Option of every SDK call that hands over the raw response. */
export type OnResponse = (response: RawResponse) => void;

/**
 * Begins a write.
 *
 * @param send calls the SDK with the given `onResponse` and returns once the first answer is there
 * @param read what the answer says of the resource
 * @returns the operation's URL and when Azure wants to be asked; neither where the write was done at once
 */
export function begin(
  doing: Doing,
  send: (onResponse: OnResponse) => Promise<unknown>,
  read: (answer: FirstAnswer) => ObservedResource | undefined,
): Promise<Outcome<Begun>> {
  return outcomeOf(doing, async () => {
    let first: FirstAnswer | undefined;
    await send((response) => (first ??= answerOf(response)));
    if (first === undefined) throw new Error(`${doing.what}: the SDK handed over no response.`);
    const url = first.headers.get('azure-asyncoperation') ?? first.headers.get('location');
    const retryAfter = Number(first.headers.get('retry-after'));
    const observed = read(first);
    const operation = {
      ...(url === undefined ? {} : { url }),
      ...(Number.isFinite(retryAfter) && retryAfter > 0 ? { retryAfterSeconds: retryAfter } : {}),
    };
    return {
      ...(url === undefined ? {} : { operation }),
      ...(observed === undefined ? {} : { observed }),
    };
  });
}

function answerOf({ status, headers, bodyAsText }: RawResponse): FirstAnswer {
  const text = bodyAsText ?? '';
  return { status, headers, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) }; // ARM answers objects
}

/** Marks a question of our own, which goes out; without it, an operation is answered for below. */
export const askHeader = 'x-tunnelkeeper-ask';

const operationPath = /\/providers\/Microsoft\.Network\/locations\/[^/]+\/operation(s|Results)\//i;

/**
 * arm-network's `begin…` asks the operation once, right behind the first answer: a read that can only say
 * 'in progress'. This policy says so in Azure's place, so that the read is not made.
 */
export const beginOnlyPolicy: PipelinePolicy = {
  name: 'tunnelkeeperBeginOnly',
  async sendRequest(request, next) {
    const isOurs = request.headers.has(askHeader);
    request.headers.delete(askHeader);
    if (isOurs || request.method !== 'GET' || !operationPath.test(request.url)) return next(request);
    const { createHttpHeaders } = await import('@azure/core-rest-pipeline');
    const headers = createHttpHeaders({ 'content-type': 'application/json' });
    return { request, headers, status: 200, bodyAsText: '{"status":"InProgress"}' };
  },
};

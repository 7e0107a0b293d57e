/** How do events of Event Grid come in? By its extension's web hook: handshake, delivery, and answers that make it try again. */
import type { IncomingHttpHeaders } from 'node:http';
import { isAllowed, type HostKeys } from './function-keys.js';
import type { Log, RegisteredFunction } from './functions-core.js';
import type { Invoker } from './invoke-function.js';

/** What events are delivered with. */
export interface EventGridTools {
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  readonly invoker: Invoker;
  readonly keys: HostKeys | undefined;
  readonly log: Log;
}

/** A request to `/runtime/webhooks/eventgrid`. */
export interface EventGridRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly query: URLSearchParams;
  readonly body: string;
}

/** What Event Grid is answered. */
export interface EventGridAnswer {
  readonly status: number;
  readonly body?: string;
}

/** Methods that the host hands to web hooks of extensions (azure-functions-host, HostController.cs). */
const methods = ['GET', 'PUT', 'POST', 'DELETE', 'OPTIONS'];

/**
 * Answers as Microsoft.Azure.WebJobs.Extensions.EventGrid does (HttpRequestProcessor.cs,
 * EventGridExtensionConfigProvider.cs):
 *
 * - a handshake with the code of its first event,
 * - a delivery with 202 once one invocation an event has ended well, and with 500 when one of them failed; Event Grid
 *   then sends all of them again,
 * - another kind of request with 400, a function that has no such trigger with 404, a request without the key with 401.
 */
export async function answerEventGrid(
  tools: EventGridTools,
  request: EventGridRequest,
): Promise<EventGridAnswer> {
  if (!methods.includes(request.method)) return { status: 405 };
  if (!isAllowed('system', request, tools.keys)) return { status: 401 };
  const name = request.query.get('functionName') ?? '';
  const called = tools.functions.get(name.toLowerCase());
  // The extension compares names with their case.
  if (called?.name !== name || !isTriggered(called))
    return { status: 404, body: `cannot find function: '${name}'` };
  switch (request.headers['aeg-event-type']?.toString().toLowerCase()) {
    case 'subscriptionvalidation':
      return handshake(tools, name, request.body);
    case 'notification':
      return deliver(tools, name, request.body);
    case 'unsubscribe':
      return { status: 202 };
    default:
      return { status: 400 };
  }
}

function isTriggered({ bindings }: RegisteredFunction): boolean {
  return Object.values(bindings).some(({ type }) => type === 'eventGridTrigger');
}

/** The code stands in the first event of Event Grid's own schema, and, encoded once more, in a cloud event. */
function handshake({ log }: EventGridTools, name: string, body: string): EventGridAnswer {
  const parsed = parse(body);
  const first = Array.isArray(parsed) ? (parsed[0] as unknown) : parsed;
  const data = fieldOf(first, 'data');
  const code = fieldOf(typeof data === 'string' ? parse(data) : data, 'validationCode');
  if (typeof code !== 'string') return { status: 500 };
  log('information', `Event Grid's handshake for ${name}.`);
  return { status: 200, body: JSON.stringify({ validationResponse: code }) };
}

async function deliver(
  { invoker, log }: EventGridTools,
  name: string,
  body: string,
): Promise<EventGridAnswer> {
  const parsed = parse(body);
  if (typeof parsed !== 'object' || parsed === null) return { status: 500 };
  const events: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  const done = await Promise.allSettled(
    events.map((event) =>
      invoker.invoke(
        name,
        { json: JSON.stringify(event) },
        { data: { json: JSON.stringify(fieldOf(event, 'data') ?? null) } },
      ),
    ),
  );
  const failed = done.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  for (const why of failed)
    log('error', `${name} failed: ${why instanceof Error ? why.message : String(why)}`);
  if (failed.length === 0) return { status: 202 };
  return { status: 500, body: `Exception while executing function: Functions.${name}` };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name]; // an object, as was just checked
}

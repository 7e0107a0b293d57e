/** What does Azure say when it fails by itself? */
import { guid, type Random } from './random.js';
import { refusal, type Refusal, type WireRequest } from './wire.js';

/** Every shape of a call that fails. What was done by one that fails `after` stays done: its sender doesn't learn of it. */
export const failureShapes = [
  'internal-error',
  'server-timeout',
  'gateway-timeout',
  'gateway-timeout-after',
  'cut-before',
  'cut-after',
] as const;

/** How a call fails. */
export type FailureShape = (typeof failureShapes)[number];

/** What a request tells of where it goes. */
type Asked = Pick<WireRequest, 'path'>;

/** Codes as recorded, but for InternalServerError (inferred, as its text). */
export const serverErrors = {
  /** A provider that broke. */
  internalError({ path }: Asked): Refusal {
    const details = providerOf(path) === 'Microsoft.Network' ? { details: [] } : {};
    return refusal(500, 'InternalServerError', 'An error occurred.', details);
  },
  /** What took too long behind ARM (recorded, with its text). */
  serverTimeout({ path }: Asked, random: Random): Refusal {
    const subscription = /^\/subscriptions\/([^/]+)/i.exec(path)?.[1] ?? '';
    return refusal(
      503,
      'ServerTimeout',
      `The request timed out. Diagnostic information: timestamp '${new Date().toISOString()}', subscription id '${subscription}', tracking id '${guid(random)}'.`,
    );
  },
  /** A provider that ARM waited for in vain; its text and header are from public issues. */
  gatewayTimeout({ path }: Asked): Refusal {
    return refusal(
      504,
      'GatewayTimeout',
      `The gateway did not receive a response from '${providerOf(path)}' within the specified time period.`,
    ).with({ 'x-ms-failure-cause': 'service' });
  },
  /** A compute operation that could not be looked at; its code was recorded, its text is inferred. */
  pollError(): Refusal {
    return refusal(500, 'MultipleErrorsOccurred', 'Multiple error occurred: ServerTimeout.', {
      details: [{ code: 'ServerTimeout', message: 'The request timed out.' }],
    });
  },
};

function providerOf(path: string): string {
  return /\/providers\/(Microsoft\.[A-Za-z]+)/.exec(path)?.[1] ?? 'Microsoft.Resources';
}

/** Which calls fail that nobody is to blame for? With a 5xx or a cut connection, before or after the work was done. */
import type { Faults } from './faults.js';
import type { Random } from './random.js';
import { failureShapes, serverErrors, type FailureShape } from './server-errors.js';
import type { Refusal, WireRequest } from './wire.js';

/** What happens to a call. */
export interface Mishap {
  /** The service does what it was asked, all the same. */
  readonly isAfter: boolean;
  /** What is answered; nothing when the connection is cut. */
  readonly refusal: Refusal | undefined;
}

/** Operations that are polled. */
const pollPath = /\/providers\/[^/]+\/locations\/[^/]+\/operation(s|Results)\/[^/]+$/i;

/** Draws what happens to a call; `undefined` for one that fares well. */
export function drawMishap(faults: Faults, random: Random, request: WireRequest): Mishap | undefined {
  for (const { share, shapes = failureShapes } of faults.ofKind('failing-calls')) {
    if (random() >= share) continue;
    const shape = shapes[Math.floor(random() * shapes.length)];
    if (shape !== undefined) return mishapOf(shape, random, request);
  }
  if (!pollPath.test(request.path)) return undefined;
  for (const { share } of faults.ofKind('failing-polls')) {
    if (random() >= share) continue;
    const error = random() < 0.5 ? 'pollError' : 'serverTimeout';
    return { isAfter: false, refusal: serverErrors[error](request, random) };
  }
  return undefined;
}

function mishapOf(shape: FailureShape, random: Random, request: WireRequest): Mishap {
  switch (shape) {
    case 'internal-error':
      return { isAfter: false, refusal: serverErrors.internalError(request) };
    case 'server-timeout':
      return { isAfter: false, refusal: serverErrors.serverTimeout(request, random) };
    case 'gateway-timeout':
    case 'gateway-timeout-after':
      return { isAfter: shape === 'gateway-timeout-after', refusal: serverErrors.gatewayTimeout(request) };
    case 'cut-before':
    case 'cut-after':
      return { isAfter: shape === 'cut-after', refusal: undefined };
  }
}

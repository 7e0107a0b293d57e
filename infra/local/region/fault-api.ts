/** How does somebody break a region over HTTP? `GET /faults` names what can be broken, `POST /faults` breaks it. */
import type { WireAnswer, WireRequest } from '../cloud/wire.js';
import { applyFault, faultNames, readFaultWish, type Breakable } from './faults.js';

/** Answers a request to `/faults`; a body such as `{"fault": "ipsec-stopped", "gateway": "hq-z1-1"}` breaks something. */
export async function answerFaults(
  region: Breakable,
  { method, body = {} }: Pick<WireRequest, 'method' | 'body'>,
): Promise<WireAnswer> {
  if (method === 'GET') return { status: 200, body: { faults: faultNames } };
  if (method !== 'POST')
    return { status: 405, body: { detail: 'GET names the faults, POST breaks something.' } };
  try {
    const wish = readFaultWish(body);
    await applyFault(region, wish);
    return { status: 200, body: wish };
  } catch (error) {
    return { status: 422, body: { detail: error instanceof Error ? error.message : String(error) } };
  }
}

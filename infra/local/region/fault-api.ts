/** How does somebody break a region over HTTP? `GET /faults` tells what can be broken, `POST` breaks it, `DELETE` ends it. */
import type { WireAnswer, WireRequest } from '../cloud/wire.js';
import { WrongParameter } from './fault-parameters.js';
import { describeFaults, faultNames, lasts, readFaultWish } from './fault-table.js';
import { applyFault, endFaults, faultsThatAreOn, type Breakable } from './faults.js';

/**
 * Answers a request to `/faults`; a body such as `{"fault": "ipsec-stopped", "gateway": "hq-z1-1"}` breaks something.
 * 400 names the field that is wrong and what to give; 422 says what isn't there to be broken.
 */
export async function answerFaults(
  region: Breakable,
  { method, query, body = {} }: Pick<WireRequest, 'method' | 'query' | 'body'>,
): Promise<WireAnswer> {
  try {
    switch (method) {
      case 'GET':
        return { status: 200, body: { faults: describeFaults(), on: region.cloud.faults.all() } };
      case 'POST': {
        const wish = readFaultWish(body);
        await applyFault(region, wish);
        return { status: 200, body: wish };
      }
      case 'DELETE':
        endFaults(region, readEnded(region, query.get('fault')));
        return { status: 204 };
      default:
        return {
          status: 405,
          body: { detail: 'GET tells the faults, POST breaks something, DELETE ends it.' },
        };
    }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { status: error instanceof WrongParameter ? 400 : 422, body: { detail } };
  }
}

function readEnded(region: Breakable, fault: string | null) {
  if (fault === null) return undefined;
  const known = faultNames.find((name) => name === fault);
  if (known !== undefined && lasts(known)) return known;
  const on = faultsThatAreOn(region).join(', ') || 'none';
  throw new WrongParameter(`"fault" is ${JSON.stringify(fault)}; give one that is on: ${on}.`);
}

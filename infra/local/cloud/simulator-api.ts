/** How is the simulated Azure itself looked at and steered? Under `/sim`, which the real one doesn't have. */
import type { Cloud } from './cloud.js';
import type { Fault } from './faults.js';
import { asRecord } from './json.js';
import { guid, seededRandom } from './random.js';
import { refusal, type WireAnswer, type WireRequest } from './wire.js';

/** What is steered: the cloud, but for its server. */
export type Steered = Pick<
  Cloud,
  'resources' | 'operations' | 'draws' | 'calls' | 'alerts' | 'faults' | 'vault' | 'balancers'
>;

/**
 * Answers a request to `/sim`: `GET resources|operations|draws|calls|alerts|balancers|faults`, `PUT secrets/{name}` (a new
 * random PSK, which is not shown), `POST faults` with a fault, `DELETE faults`.
 */
export function answerSimulator(cloud: Steered, { method, path, body }: WireRequest): WireAnswer {
  const [, , what, name] = path.split('/');
  switch (`${method} ${what ?? ''}`) {
    case 'GET resources':
      return shown(
        cloud.resources().map(({ id, state, body: { tags } }) => ({ id, state, tags: tags ?? {} })),
      );
    case 'GET operations':
      return shown(cloud.operations());
    case 'GET draws':
      return shown(cloud.draws());
    case 'GET calls':
      return shown(cloud.calls());
    case 'GET alerts':
      return shown(cloud.alerts());
    case 'GET balancers':
      return shown(cloud.balancers.all());
    case 'GET faults':
      return shown(cloud.faults.all());
    case 'POST faults':
      cloud.faults.add(asRecord(body) as unknown as Fault); // an operator's own words; an unknown kind does nothing
      return shown(cloud.faults.all());
    case 'DELETE faults':
      cloud.faults.clear();
      return { status: 204 };
    case 'PUT secrets':
      if (name === undefined) break;
      cloud.vault.set(name, guid(seededRandom(Date.now())).replaceAll('-', ''));
      return { status: 204 };
  }
  throw refusal(404, 'NotFound', `The simulator has no ${method} ${path}.`);
}

function shown(body: unknown): WireAnswer {
  return { status: 200, body };
}

/** How is the simulated Azure itself looked at and steered? Under `/sim`, which the real one doesn't have. */
import type { Cloud } from './cloud.js';
import { guid, seededRandom } from './random.js';
import { refusal, type WireAnswer, type WireRequest } from './wire.js';

/** What is steered: the cloud, but for its server. */
export type Steered = Pick<
  Cloud,
  'resources' | 'operations' | 'draws' | 'calls' | 'alerts' | 'vault' | 'balancers'
>;

/**
 * Answers a request to `/sim`: `GET resources|operations|draws|calls|alerts|balancers`, `PUT secrets/{name}` (a new random
 * PSK, which is not shown).
 */
export function answerSimulator(cloud: Steered, { method, path }: WireRequest): WireAnswer {
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

/** What may not be done to whatever is locked? */
import { asText } from './json.js';
import type { ScopedResource, ScopedResources } from './scoped-resources.js';
import { fromGateway, refusal, type Refusal } from './wire.js';

/** What a lock forbids. */
export const lockLevels = ['CanNotDelete', 'ReadOnly'] as const;

/**
 * Throws the refusal of what a lock forbids.
 *
 * A lock holds for its scope and all that lies in it. One against deletion forbids `DELETE`; one for reading alone
 * forbids every write, and every `POST` too: a machine can't be started under it (documented). A group isn't deleted
 * while anything in it is locked (documented). A `POST` is told as a write (inferred).
 */
export function checkLocks(all: ScopedResources, method: string, id: string): void {
  if (method === 'GET' || method === 'HEAD') return;
  const isDeletion = method === 'DELETE';
  const here = all.over('locks', id);
  const below = isDeletion && isGroup(id) ? all.under('locks', id) : [];
  const locked = [...here, ...below].filter((lock) => isDeletion || levelOf(lock) === 'ReadOnly');
  if (locked.length === 0) return;
  const scopes = [...new Set(locked.map(({ scope }) => scope))].join(',');
  throw scopeLocked(id, isDeletion ? 'delete' : 'write', scopes);
}

/** As quoted in public issues; that ARM itself answers is inferred. */
export function scopeLocked(id: string, verb: 'delete' | 'write', scopes: string): Refusal {
  return fromGateway(
    refusal(
      409,
      'ScopeLocked',
      `The scope '${id}' cannot perform ${verb} operation because following scope(s) are locked: '${scopes}'. ` +
        'Please remove the lock and try again.',
    ),
  );
}

function isGroup(id: string): boolean {
  return /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+$/i.test(id);
}

function levelOf({ properties }: ScopedResource): string {
  return asText(properties['level']);
}

/** Which locks hold for a resource group? One list of the subscription's, since no SDK of ours reads locks. */
import { z } from 'zod';
import type { LockLook, ObservedLock } from '../site/observed-site.js';
import { failure, success, type Outcome } from '../site/problem.js';
import type { SurroundingsQuestion } from '../site/surroundings-question.js';
import { networkClient } from './clients.js';
import { outcomeOf } from './problem-of-error.js';
import { getFrom } from './raw-request.js';

/** Newest version of the API (Microsoft Learn, 'Management Locks', 2026-11). */
const apiVersion = '2020-05-01';

/** Pages that are read; a landing zone has some hundreds of locks. */
const maxPages = 20;

const page = z.object({
  value: z.array(z.object({ id: z.string(), name: z.string(), properties: z.object({ level: z.string() }) })),
  nextLink: z.string().optional(),
});

/**
 * Lists the locks of the group and of its subscription; those of single resources hold for nothing of ours. A list of
 * the subscription has those of its groups too (documented), that one of a group has those above it is not.
 *
 * @returns `not-checked` with the reason where Azure won't say
 */
export async function observeLocks({
  subscriptionId,
  resourceGroup,
}: SurroundingsQuestion): Promise<Outcome<LockLook>> {
  const subscription = `/subscriptions/${subscriptionId}`;
  const looked = await outcomeOf({ verb: 'read', what: `the locks of ${subscription}` }, () =>
    listLocks(subscriptionId, subscription),
  );
  if (!looked.ok) {
    const { problem } = looked;
    return problem.retryable ? failure(problem) : success({ kind: 'not-checked', because: problem.detail });
  }
  const scopes = [subscription, `${subscription}/resourceGroups/${resourceGroup}`].map((one) =>
    one.toLowerCase(),
  );
  const locks = looked.value.filter(({ scope }) => scopes.includes(scope.toLowerCase()));
  return success({ kind: 'checked', locks });
}

async function listLocks(subscriptionId: string, scope: string): Promise<readonly ObservedLock[]> {
  const client = await networkClient(subscriptionId);
  const found: ObservedLock[] = [];
  let next: string | undefined =
    `${client.$host}${scope}/providers/Microsoft.Authorization/locks?api-version=${apiVersion}`;
  for (let count = 0; next !== undefined && count < maxPages; count++) {
    const read: z.infer<typeof page> = page.parse(await getFrom(client, next));
    found.push(...read.value.flatMap(lockOf));
    next = read.nextLink;
  }
  return found;
}

/** A lock stands at what its id begins with; a level that isn't known forbids nothing of ours. */
function lockOf({ id, name, properties }: z.infer<typeof page>['value'][number]): readonly ObservedLock[] {
  const at = id.toLowerCase().lastIndexOf('/providers/microsoft.authorization/locks/');
  const level = (['CanNotDelete', 'ReadOnly'] as const).find(
    (one) => one.toLowerCase() === properties.level.toLowerCase(),
  );
  return level === undefined || at === -1 ? [] : [{ name, level, scope: id.slice(0, at) }];
}

/** How is a network resource written, so that nothing of others is lost? Made if absent, else merged by ETag. */
import type { ResourceIntent, Begun } from '../site/intent.js';
import { nameTaken } from '../site/name-taken.js';
import { failure, problemCode, type Outcome } from '../site/problem.js';
import { begin, type FirstAnswer, type OnResponse } from './begin.js';
import { outcomeOf } from './problem-of-error.js';
import { isOf, tagsOf } from './tags.js';
import type { ObservedResource } from '../site/observed-site.js';

interface Existing {
  readonly etag?: string | undefined;
  readonly tags?: Record<string, string> | undefined;
}

/** Options that carry a precondition. */
export interface WriteOptions {
  readonly onResponse: OnResponse;
  readonly requestOptions: { readonly customHeaders: Record<string, string> };
}

/** How one kind of resource is read and written. */
export interface NetworkWriter<Body extends Existing> {
  /** What the resource should be, tags excluded. */
  readonly body: Body;
  /** What is sent over a resource that stands: fields of others stay. Lists that others add to need their own way. */
  readonly merge?: (existing: Body, wanted: Body) => Body;
  readonly get: () => Promise<Body>;
  readonly put: (body: Body, options: WriteOptions) => Promise<unknown>;
  readonly observe: (answer: FirstAnswer) => ObservedResource | undefined;
}

/**
 * Begins a write. The first try makes the resource and fails if it is there (`If-None-Match: *`); then it is read,
 * must bear the site's tag, and is written with its `If-Match`, its own fields, parts and tags first, ours over them.
 */
export async function writeNetworkResource<Body extends Existing>(
  intent: ResourceIntent,
  writer: NetworkWriter<Body>,
): Promise<Outcome<Begun>> {
  const send = (body: Body, headers: Record<string, string>) =>
    begin(
      { verb: 'write', what: intent.name },
      (onResponse) => writer.put(body, { onResponse, requestOptions: { customHeaders: headers } }),
      writer.observe,
    );
  const made = await send({ ...writer.body, tags: tagsOf(intent) }, { 'If-None-Match': '*' });
  if (made.ok || problemCode(made.problem) !== 'conflict' || made.problem.code !== 'PreconditionFailed')
    return made;
  const existing = await outcomeOf({ verb: 'read', what: intent.name }, writer.get);
  if (!existing.ok) return existing;
  const { etag = '*', tags } = existing.value;
  if (!isOf(intent.placement.site, tags))
    return failure(nameTaken(intent.name, intent.placement.resourceGroup, intent.placement.site));
  const merge = writer.merge ?? ((standing, wanted) => ({ ...standing, ...wanted }));
  return send(
    { ...merge(existing.value, writer.body), tags: mergedTags(tags, tagsOf(intent)) },
    { 'If-Match': etag },
  );
}

/** Azure refuses two tags whose names differ only by case: ours takes the place of such a one. */
function mergedTags(theirs: Record<string, string> | undefined, ours: Record<string, string>) {
  const taken = new Set(Object.keys(ours).map((name) => name.toLowerCase()));
  const left = Object.entries(theirs ?? {}).filter(([name]) => !taken.has(name.toLowerCase()));
  return { ...Object.fromEntries(left), ...ours };
}

/** How does ARM answer for what is done to a resource by POST? */
import { formatArmId, type ArmId } from './arm-id.js';
import { aboutOf, beginChange, headersOf, type Provision, type ResourceKind } from './arm-provider.js';
import { checkNothingInFlight, notFound } from './arm-refusals.js';
import type { Duration } from './durations.js';
import type { Json } from './json.js';
import type { Resource } from './resources.js';
import { methodNotAllowed, type WireAnswer, type WireRequest } from './wire.js';

/** Something that is done to a resource by a POST, as an operation of its own. */
export interface ResourceAction {
  readonly duration: Duration;
  /** Throws a refusal when it can't be done now. */
  check?(resource: Resource): void;
  /** The work itself; answers the error of one that failed. */
  perform(resource: Resource, seconds: number): Promise<Json | undefined>;
}

/** The action that a path names after its resource, if there is one; names compare without regard to case. */
export function actionOf(kinds: readonly ResourceKind[], type: string) {
  for (const kind of kinds) {
    for (const [name, does] of Object.entries(kind.actions ?? {})) {
      if (`${kind.type}/${name}`.toLowerCase() === type.toLowerCase())
        return { kind, action: { name, does } };
    }
  }
  return undefined;
}

/**
 * Answers a POST to a resource's action: accepted at once without a body, done in an operation; meanwhile the resource
 * says Updating and takes no other change.
 */
export function answerForAction(
  kind: ResourceKind,
  action: { readonly name: string; readonly does: ResourceAction },
  provision: Provision,
  path: ArmId,
  request: WireRequest,
): WireAnswer {
  if (request.method !== 'POST') throw methodNotAllowed(request);
  const existing = provision.resources.get(formatArmId({ ...path, type: kind.type }));
  if (existing === undefined) throw notFound({ ...path, type: kind.type });
  checkNothingInFlight(existing);
  action.does.check?.(existing);
  const seconds = provision.draw(action.does.duration);
  existing.state = 'Updating';
  const about = { ...aboutOf(kind, existing, 'action'), action: action.name };
  const operation = beginChange(
    provision,
    existing,
    about,
    async () => (await action.does.perform(existing, seconds)) ?? provision.failureOf(about),
  );
  const retryAfter = provision.answers.retryAfter(kind.duration, 'action');
  return { status: 202, headers: headersOf(provision, operation, request, retryAfter) };
}

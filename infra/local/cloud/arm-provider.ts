/** How does ARM answer for a kind of resource? Reads, writes with preconditions, deletions: alike for all services. */
import { formatArmId, lastName, type ArmId } from './arm-id.js';
import type { ResourceAction } from './arm-actions.js';
import { checkNothingInFlight, checkParent, checkPreconditions, notFound } from './arm-refusals.js';
import type { Clock } from './clock.js';
import type { Draw, Duration } from './durations.js';
import { checkLocation } from './immutable.js';
import { asRecord, type Json } from './json.js';
import type { Change, Operation, OperationVerb, Operations, Provider } from './operations.js';
import type { RecordedAnswers, WrittenKind } from './recorded-answers.js';
import type { Resource, Resources } from './resources.js';
import { methodNotAllowed, refusal, type Refusal, type WireAnswer, type WireRequest } from './wire.js';

/** What is written: the request's body under the resource's id. */
export interface Write {
  readonly id: string;
  readonly name: string;
  readonly resourceGroup: string;
  readonly body: Json;
  /** The resource before; `undefined` for one that is made. */
  readonly existing: Resource | undefined;
  /** Of the request; texts have changed over the years. */
  readonly apiVersion: string;
}

/** Answers for a child that stands inside its parent, or for the list of them, without a name. */
export type ChildAnswer = (
  parent: Resource,
  name: string | undefined,
  provision: Provision,
  request: WireRequest,
) => WireAnswer;

/** What is particular to a kind of resource. */
export interface ResourceKind {
  readonly type: string;
  readonly provider: Provider;
  /** The kind's name among the durations and the recorded answers. */
  readonly duration: WrittenKind;
  /** Checks a write and completes it with what Azure fills in. Throws a refusal. */
  complete(write: Write): Json;
  /** The work itself, where it is more than time; answers the error of one that failed. */
  perform?(resource: Resource, verb: OperationVerb, seconds: number): Promise<Json | undefined>;
  /** What can be done to it by POST, by the action's name as documented. */
  readonly actions?: Readonly<Record<string, ResourceAction>>;
  /** Children that stand inside it and are resources of their own, by the last part of their type. */
  readonly children?: Readonly<Record<string, ChildAnswer>>;
  /** What has changed when a write has succeeded. */
  settle?(resource: Resource): void;
  /** A deletion ends a write that is under way, instead of being refused for it. */
  readonly deletionEndsWrite?: boolean;
  /** Says whether a write ends one that is under way, instead of being refused for it. */
  endsWrite?(write: Write): boolean;
  /** Throws a refusal when the resource can't be deleted now. */
  checkDeletion?(resource: Resource): void;
  /** What goes with a resource that is gone. */
  removed?(resource: Resource): void;
  /** What a read shows; the query may ask for more. */
  view(resource: Resource, query: URLSearchParams): Json;
  /** The ETag header of an answer, for the kinds that send one. */
  etag(resource: Resource): string;
}

/** What all kinds share. */
export interface Provision {
  readonly resources: Resources;
  readonly operations: Operations;
  readonly draw: Draw;
  readonly clock: Clock;
  readonly answers: RecordedAnswers;
  /** The error that a change is to end with, when somebody wants it to fail. */
  readonly failureOf: (change: Pick<Change, 'type' | 'verb'>) => Json | undefined;
}

/** Answers for a kind of resource. */
export function answerForKind(
  kind: ResourceKind,
  provision: Provision,
  path: ArmId & { readonly isList: boolean },
  request: WireRequest,
): WireAnswer {
  const { resources } = provision;
  checkParent(path, resources, request.method);
  if (path.isList) {
    if (request.method !== 'GET') throw methodNotAllowed(request);
    const parent = formatArmId(path).replace(/\/$/, '');
    const all = resources
      .listed(kind.type, path.resourceGroup)
      .filter(({ id }) => id.toLowerCase().startsWith(`${parent.toLowerCase()}/`));
    return { status: 200, body: { value: all.map((found) => kind.view(found, request.query)) } };
  }
  const id = formatArmId({ ...path, type: kind.type });
  const existing = resources.get(id);
  switch (request.method) {
    case 'GET':
      if (existing === undefined) throw absent(kind, provision, path, id);
      return {
        status: 200,
        headers: { etag: kind.etag(existing) },
        body: kind.view(existing, request.query),
      };
    case 'PUT':
      return write(
        kind,
        provision,
        {
          ...{ id, name: lastName(id), resourceGroup: path.resourceGroup, existing },
          ...{ body: request.body ?? {}, apiVersion: request.query.get('api-version') ?? '' },
        },
        request,
      );
    case 'PATCH':
      if (existing === undefined) throw notFound(path);
      return patchTags(kind, provision, existing, request);
    case 'DELETE':
      return existing === undefined ? { status: 204 } : remove(kind, provision, existing, request);
    default:
      throw methodNotAllowed(request);
  }
}

/**
 * Tags are all that is patched here; a change of anything else is refused by name. Network resources have them at once,
 * without an operation; machines answer with one, as for a write (recorded).
 */
function patchTags(
  kind: ResourceKind,
  provision: Provision,
  existing: Resource,
  request: WireRequest,
): WireAnswer {
  const { tags, ...more } = request.body ?? {};
  const [other] = Object.keys(more);
  if (other !== undefined) {
    throw refusal(
      400,
      'PatchNotServed',
      `The local region patches tags alone; PATCH of ${kind.type} names ${other} too.`,
    );
  }
  const body = tags === undefined ? existing.body : { ...existing.body, tags: asRecord(tags) };
  if (kind.provider === 'Microsoft.Compute') {
    const { id, name, resourceGroup } = existing;
    const apiVersion = request.query.get('api-version') ?? '';
    return write(kind, provision, { id, name, resourceGroup, body, existing, apiVersion }, request);
  }
  checkPreconditions(kind.etag(existing), request);
  checkNothingInFlight(existing);
  existing.body = body;
  provision.resources.touch(existing);
  return { status: 200, headers: { etag: kind.etag(existing) }, body: kind.view(existing, request.query) };
}

/** ARM answers for what it doesn't know; what it still knows for a moment, compute itself has no more (recorded). */
function absent(kind: ResourceKind, { resources }: Provision, path: ArmId, id: string): Refusal {
  return kind.provider === 'Microsoft.Compute' && resources.lingers(id)
    ? refusal(404, 'NotFound', 'The entity was not found in this Azure location.')
    : notFound(path);
}

function write(kind: ResourceKind, provision: Provision, wanted: Write, request: WireRequest): WireAnswer {
  const { resources, answers } = provision;
  const { existing } = wanted;
  if (existing !== undefined) checkLocation(wanted, wanted.body, existing.body);
  checkPreconditions(existing && kind.etag(existing), request);
  if (existing?.operation?.verb === 'delete' || kind.endsWrite?.(wanted) !== true)
    checkNothingInFlight(existing);
  const body = kind.complete(wanted);
  const verb = existing === undefined ? 'create' : 'update';
  const status = verb === 'create' ? 201 : 200;
  const resource = resources.put({ ...wanted, type: kind.type }, body);
  if (kind.perform === undefined && answers.isDoneAtOnce(kind.duration, verb)) {
    resource.state = 'Succeeded';
    kind.settle?.(resource);
    return { status, body: kind.view(resource, new URLSearchParams()) };
  }
  resource.state = answers.claim(kind.duration, verb);
  const view = kind.view(resource, new URLSearchParams());
  const operation = beginWrite(kind, provision, resource, { verb, isPatch: request.method === 'PATCH' });
  const retryAfter = answers.retryAfter(kind.duration, verb);
  return { status, headers: headersOf(provision, operation, request, retryAfter), body: view };
}

/** The work of a write, which takes its time. */
function beginWrite(
  kind: ResourceKind,
  provision: Provision,
  resource: Resource,
  { verb, isPatch }: { readonly verb: 'create' | 'update'; readonly isPatch: boolean },
): Operation {
  const { clock, draw, failureOf } = provision;
  const change = aboutOf(kind, resource, verb);
  const name = isPatch && kind.duration === 'virtual-machine' ? 'patch' : verb;
  const seconds = draw(`${kind.duration}.${name}` as Duration); // every kind has both in the table
  return beginChange(provision, resource, change, async () => {
    const error = await (kind.perform?.(resource, verb, seconds) ?? clock.pause(seconds));
    const failure = typeof error === 'object' ? error : failureOf(change);
    if (failure === undefined) kind.settle?.(resource);
    return failure;
  });
}

/** Starts what changes a resource; until it is over, the resource takes no other change. */
export function beginChange(
  { operations, resources }: Provision,
  resource: Resource,
  change: Change,
  work: () => Promise<Json | undefined>,
): Operation {
  const operation = operations.start(change, work, (ended) => {
    // A deletion that ended this change is the resource's operation now.
    if (resource.operation !== ended) return;
    resource.operation = undefined;
    resource.state = ended.error === undefined ? 'Succeeded' : 'Failed';
    resources.touch(resource);
  });
  resource.operation = operation;
  return operation;
}

/** What a change of a resource says of itself. */
export function aboutOf(kind: ResourceKind, { id }: Resource, verb: Change['verb']): Change {
  return { provider: kind.provider, resourceId: id, type: kind.type, verb };
}

/** Headers of the first answer of an operation. */
export function headersOf(
  { operations }: Provision,
  operation: Operation,
  { query }: WireRequest,
  retryAfter: number | undefined,
): Record<string, string> {
  return operations.headersOf(operation, query.get('api-version') ?? '', retryAfter);
}

function remove(
  kind: ResourceKind,
  provision: Provision,
  resource: Resource,
  request: WireRequest,
): WireAnswer {
  const { resources, operations, draw, clock } = provision;
  checkPreconditions(kind.etag(resource), request);
  const isWrite = resource.operation !== undefined && resource.operation.verb !== 'delete';
  if (kind.deletionEndsWrite !== true || !isWrite) checkNothingInFlight(resource);
  kind.checkDeletion?.(resource);
  const seconds = draw(`${kind.duration}.delete` as Duration); // every kind has it in the table
  resource.state = 'Deleting';
  const operation = operations.start(
    aboutOf(kind, resource, 'delete'),
    async () => {
      await (kind.perform?.(resource, 'delete', seconds) ?? clock.pause(seconds));
      const failure = provision.failureOf(aboutOf(kind, resource, 'delete'));
      if (failure !== undefined) return failure;
      resources.remove(resource.id);
      kind.removed?.(resource);
      return undefined;
    },
    (ended) => {
      if (ended.error === undefined) return;
      resource.operation = undefined;
      resource.state = 'Failed';
    },
  );
  resource.operation = operation;
  const retryAfter = provision.answers.retryAfter(kind.duration, 'delete');
  return { status: 202, headers: headersOf(provision, operation, request, retryAfter) };
}

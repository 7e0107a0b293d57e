/** How does Azure Monitor answer for resources of its own? Written at once, without long-running operations. */
import { formatArmId } from './arm-id.js';
import { groupNotFound, notFound } from './arm-refusals.js';
import type { Faults } from './faults.js';
import { asRecord, propertiesOf, type Json } from './json.js';
import type { Resource, Resources } from './resources.js';
import { methodNotAllowed, Refusal, type WireAnswer, type WireRequest } from './wire.js';

/** What is particular to a kind. */
export interface MonitorKind {
  readonly type: string;
  /** The type as answers write it. */
  readonly shownType: string;
  /** The provider as ids write it. */
  readonly idProvider: string;
  readonly createdStatus: 200 | 201;
  /** Checks a body and completes it. Throws a refusal. */
  complete(body: Json): Json;
}

/** What they stand on. */
export interface MonitorPlace {
  readonly resources: Resources;
  readonly faults: Faults;
  readonly place: { readonly subscriptionId: string; readonly resourceGroups: readonly string[] };
  /** Told of each resource that was written or deleted. */
  readonly onChange: (resource: Resource) => void;
}

/** Monitor refuses with capitals and without a wrapper (recorded for metric alerts). */
export function monitorRefusal(message: string): Refusal {
  return new Refusal({ status: 400, body: { Code: 'BadRequest', Message: message } });
}

/** Where a request of a kind goes; without a name it is a list. */
export interface MonitorPath {
  readonly resourceGroup: string | undefined;
  readonly name: string | undefined;
}

/** Answers for a kind. Throws a refusal. */
export function answerMonitorKind(
  kind: MonitorKind,
  ground: MonitorPlace,
  path: MonitorPath,
  request: WireRequest,
): WireAnswer {
  const { resources, place } = ground;
  const { resourceGroup, name } = path;
  const isKnown = place.resourceGroups.some((known) => known.toLowerCase() === resourceGroup?.toLowerCase());
  if (resourceGroup !== undefined && !isKnown) throw groupNotFound(resourceGroup);
  if (resourceGroup === undefined || name === undefined) {
    if (request.method !== 'GET') throw methodNotAllowed(request);
    const all = resources.ofType(kind.type, resourceGroup);
    return { status: 200, body: { value: all.map((found) => view(kind, found)) } };
  }
  const { subscriptionId } = place;
  const armId = { subscriptionId, resourceGroup, type: kind.type, names: [name] };
  const id = formatArmId({ ...armId, type: kind.type.replace(/^[^/]+/, kind.idProvider) });
  ground.faults.check({ request, subscriptionId, resourceGroup, type: kind.type, name, id });
  const existing = resources.get(id);
  switch (request.method) {
    case 'GET':
      if (existing === undefined) throw notFound(armId);
      return { status: 200, body: view(kind, existing) };
    case 'PUT':
      return write(kind, ground, { id, name, resourceGroup }, request.body ?? {});
    case 'PATCH':
      if (existing === undefined) throw notFound(armId);
      return write(kind, ground, existing, patched(existing, request.body ?? {}));
    case 'DELETE':
      if (existing === undefined) return { status: 204 };
      resources.remove(id);
      ground.onChange(existing);
      return { status: 200 };
    default:
      throw methodNotAllowed(request);
  }
}

function write(
  kind: MonitorKind,
  { resources, onChange }: MonitorPlace,
  about: Pick<Resource, 'id' | 'name' | 'resourceGroup'>,
  body: Json,
): WireAnswer {
  const isNew = resources.get(about.id) === undefined;
  const completed = kind.complete(body);
  const { id, name, resourceGroup } = about;
  const resource = resources.put({ id, name, resourceGroup, type: kind.type }, completed);
  onChange(resource);
  return { status: isNew ? kind.createdStatus : 200, body: view(kind, resource) };
}

function patched({ body }: Resource, sent: Json): Json {
  return {
    ...body,
    ...(sent['tags'] === undefined ? {} : { tags: asRecord(sent['tags']) }),
    properties: { ...propertiesOf(body), ...propertiesOf(sent) },
  };
}

function view({ shownType }: MonitorKind, { id, name, body }: Resource): Json {
  return { id, name, type: shownType, ...body };
}

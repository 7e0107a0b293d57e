/** What does ARM refuse before a kind of resource is asked? What is absent, has changed, or is being changed. */
import { formatArmId, type ArmId } from './arm-id.js';
import type { Operation } from './operations.js';
import type { Resource, Resources } from './resources.js';
import { fromGateway, refusal, type Refusal, type WireRequest } from './wire.js';

/** 412 of the network and compute providers was not found in recordings: its form is inferred. Without an ETag there is no resource. */
export function checkPreconditions(
  etag: string | undefined,
  { headers }: Pick<WireRequest, 'headers'>,
): void {
  const failed = (message: string) => refusal(412, 'PreconditionFailed', message, { details: [] });
  if (headers['if-none-match'] === '*' && etag !== undefined) {
    throw failed('Precondition failed. The resource exists already.');
  }
  const wanted = headers['if-match'];
  if (wanted !== undefined && (etag === undefined || (wanted !== '*' && etag !== wanted))) {
    throw failed('Precondition failed. The resource has changed.');
  }
}

/** Refuses what is to change a resource that is being changed. */
export function checkNothingInFlight(resource: Resource | undefined): void {
  if (resource?.operation !== undefined) throw inFlight(resource.operation);
}

function inFlight({ namedAs }: Operation): Refusal {
  return refusal(
    409,
    'AnotherOperationInProgress',
    `Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: ${namedAs}.`,
    { details: [] },
  );
}

/** Refuses what is asked of a child whose parent isn't there; a deletion of it is content. */
export function checkParent(path: ArmId, resources: Resources, method: string): void {
  if (method === 'DELETE') return;
  const [provider = '', ...levels] = path.type.split('/');
  const names = path.names.slice(0, levels.length - 1);
  if (names.length === 0) return;
  const parent = formatArmId({ ...path, type: [provider, ...levels.slice(0, -1)].join('/'), names });
  if (resources.get(parent) !== undefined) return;
  throw fromGateway(
    refusal(
      404,
      'ParentResourceNotFound',
      `Failed to perform '${method === 'GET' ? 'read' : 'write'}' on resource(s) of type '${levels.join('/')}', because the parent resource '${parent}' could not be found.`,
    ),
  );
}

/** ARM's word on a resource that it doesn't know. */
export function notFound({ type, names, resourceGroup }: ArmId): Refusal {
  const [provider = '', ...levels] = type.split('/');
  const path = levels.map((level, index) => `${level}/${names[index] ?? ''}`).join('/');
  return fromGateway(
    refusal(
      404,
      'ResourceNotFound',
      `The Resource '${provider}/${path}' under resource group '${resourceGroup}' was not found. ` +
        'For more details please go to https://aka.ms/ARMResourceNotFoundFix',
    ),
  );
}

/** ARM's word on a group that isn't there (recorded). */
export function groupNotFound(name: string): Refusal {
  return fromGateway(refusal(404, 'ResourceGroupNotFound', `Resource group '${name}' could not be found.`));
}

/**
 * Which actions of Azure's access control does a request need? Names as Microsoft Learn lists them in "Azure
 * permissions"; what isn't documented is marked where it stands.
 */
import { parseGroupPath } from './arm-id.js';
import { asList, asRecord, asText, propertiesOf, referenceOf, type Json } from './json.js';
import { linkedReferences } from './rbac-references.js';
import { resourceType } from './resource-types.js';
import type { WireRequest } from './wire.js';

/** An action that a request needs, and where. */
export interface NeededAction {
  /** `Microsoft.Compute/virtualMachines/start/action` */
  readonly action: string;
  /** Id of what it is done to. */
  readonly scope: string;
  /** Of the request itself, of what its body refers to, or of the vault's data. */
  readonly kind: 'own' | 'linked' | 'data';
}

/** What a request is known by. */
export type AskedRequest = Pick<WireRequest, 'host' | 'method' | 'path' | 'body'>;

const verbs: Readonly<Record<string, string>> = {
  GET: 'read',
  HEAD: 'read',
  PUT: 'write',
  PATCH: 'write',
  DELETE: 'delete',
};

/** Checks that change nothing are reads, though they are sent by POST (documented). */
const readByPost: readonly string[] = ['microsoft.policyinsights/checkpolicyrestrictions'];

function verbOf(type: string, method: string): string {
  return readByPost.includes(type.toLowerCase()) ? 'read' : (verbs[method] ?? 'action');
}

const batchPath = /^(\/subscriptions\/[^/]+)\/metrics:getBatch$/i;
const addressCheck = /\/CheckIPAddressAvailability$/i;

/**
 * Says what a request needs; nothing when its path names nothing that access is granted to. The polls of operations
 * need the read that is documented for them; that Azure insists on it is inferred.
 */
export function actionsOf(request: AskedRequest): readonly NeededAction[] {
  const { host, method, path, body } = request;
  if (host.toLowerCase().endsWith('.vault.azure.net')) return secretActions(host, method, path);
  const [, subscription] = batchPath.exec(path) ?? [];
  // The batch is asked of the subscription, so that is where the action is needed (documentation of the API).
  if (subscription !== undefined)
    return [{ action: 'Microsoft.Insights/metrics/read', scope: subscription, kind: 'own' }];
  const type = typeOf(path);
  if (type === undefined) return [];
  const own: NeededAction = { action: `${type}/${verbOf(type, method)}`, scope: path, kind: 'own' };
  const isWrite = method === 'PUT' || method === 'PATCH';
  return isWrite && body !== undefined ? [own, ...linkedActions(type, path, body)] : [own];
}

/**
 * The type that a path ends with, without the names between: `Microsoft.Compute/locations/usages`. What extends a
 * resource, as its metrics do, comes after a provider of its own.
 */
function typeOf(path: string): string | undefined {
  if (!/^\/subscriptions\//i.test(path)) return undefined;
  if (parseGroupPath(path) !== undefined) return resourceType.resourceGroup;
  const from = path.toLowerCase().lastIndexOf('/providers/');
  if (from === -1) return undefined;
  const [provider = '', ...segments] = path.slice(from + '/providers/'.length).split('/');
  if (segments.length === 0) return undefined;
  // Documented with other capitals than the path has.
  if (addressCheck.test(path)) return 'Microsoft.Network/virtualNetworks/checkIpAddressAvailability';
  return [provider, ...segments.filter((_, index) => index % 2 === 0)].join('/');
}

function linkedActions(type: string, id: string, body: Json): readonly NeededAction[] {
  const found = linkedReferences(type, id, body).map(({ action, scope }): NeededAction => ({
    ...{ action, scope },
    kind: 'linked',
  }));
  return [...found, ...identityActions(body), ...diskActions(type, id, body)];
}

/** Identities are named by the keys of an object. */
function identityActions(body: Json): readonly NeededAction[] {
  const identities = asRecord(asRecord(body['identity'])['userAssignedIdentities']);
  const action = 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action';
  return Object.keys(identities).map((scope) => ({ action, scope, kind: 'linked' }));
}

/** A machine's disk is written with it, in the machine's group (inferred: Azure's own role for machines has the action). */
function diskActions(type: string, id: string, body: Json): readonly NeededAction[] {
  if (type.toLowerCase() !== 'microsoft.compute/virtualmachines') return [];
  const { osDisk, dataDisks } = asRecord(propertiesOf(body)['storageProfile']);
  const group = id.slice(0, id.toLowerCase().indexOf('/providers/'));
  return [osDisk, ...asList(dataDisks)].map(asRecord).flatMap((disk): readonly NeededAction[] => {
    const name = asText(disk['name']);
    const known = referenceOf(disk['managedDisk']);
    const scope = known === '' ? `${group}/providers/Microsoft.Compute/disks/${name}` : known;
    const isThere = known !== '' || name !== '';
    return isThere ? [{ action: 'Microsoft.Compute/disks/write', scope, kind: 'linked' }] : [];
  });
}

const secretVerbs: Readonly<Record<string, string>> = {
  'GET secret': 'getSecret/action',
  'PUT secret': 'setSecret/action',
  'PATCH secret': 'update/action',
  'DELETE secret': 'delete',
  'GET list': 'readMetadata/action',
  'GET deleted': 'readMetadata/action',
  'DELETE deleted': 'purge/action',
  'POST deleted': 'recover/action',
};

/** The vault's data actions; which of a secret's paths needs which is documented with each. */
function secretActions(host: string, method: string, path: string): readonly NeededAction[] {
  const [, root = '', name, more] = path.split('/');
  const isList = name === undefined || more === 'versions';
  const what = root === 'deletedsecrets' ? 'deleted' : isList ? 'list' : 'secret';
  const verb = secretVerbs[`${method} ${what}`];
  if (verb === undefined || !/^(deleted)?secrets$/.test(root)) return [];
  const scope = `/vaults/${host.split('.')[0] ?? ''}/secrets/${name ?? ''}`;
  return [{ action: `Microsoft.KeyVault/vaults/secrets/${verb}`, scope, kind: 'data' }];
}

/** Which machines does the subscription have, and in which state are they? */
import type { ArmServices } from './arm.js';
import { asRecord, propertiesOf, type Json } from './json.js';
import { resourceType } from './resource-types.js';
import { refusal, type WireAnswer, type WireRequest } from './wire.js';

const listPath = /^\/subscriptions\/([^/]+)\/providers\/Microsoft\.Compute\/virtualMachines$/i;

/** Machines on a page; inferred. */
const pageSize = 100;

/**
 * Answers `GET /subscriptions/{s}/providers/Microsoft.Compute/virtualMachines`, in pages; `undefined` when the path is
 * another. With `statusOnly=true` each comes with its instance view and without its model and tags (inferred: only what
 * the parameter is for is documented).
 */
export function listMachines(services: ArmServices, request: WireRequest): WireAnswer | undefined {
  const { path, query } = request;
  const [, subscriptionId] = listPath.exec(path) ?? [];
  const kind = services.kinds.find(({ type }) => type === resourceType.virtualMachine);
  if (subscriptionId === undefined || kind === undefined || request.method !== 'GET') return undefined;
  const about = { request, subscriptionId, resourceGroup: '', type: kind.type, name: '', id: path };
  services.faults.check(about);
  const after = indexAfter(query.get('$skiptoken'));
  const statusOnly = query.get('statusOnly')?.toLowerCase() === 'true';
  const all = services.resources.listed(kind.type).filter(({ number }) => number > after);
  const page = all.slice(0, pageSize);
  const expanded = new URLSearchParams(statusOnly ? { $expand: 'instanceView' } : {});
  const value = page.map((machine) => {
    const shown = kind.view(machine, expanded);
    return statusOnly ? statusOf(shown) : shown;
  });
  const last = page.at(-1)?.number;
  if (all.length <= pageSize || last === undefined) return { status: 200, body: { value } };
  const next = new URLSearchParams(query);
  next.set('$skiptoken', Buffer.from(String(last)).toString('base64url'));
  return {
    status: 200,
    body: { value, nextLink: `https://management.azure.com${path}?${next.toString()}` },
  };
}

function statusOf(shown: Json): Json {
  const { vmId, provisioningState, instanceView } = propertiesOf(shown);
  const { name, id, type, location, zones } = asRecord(shown);
  return {
    name,
    id,
    type,
    location,
    ...(zones === undefined ? {} : { zones }),
    properties: { vmId, provisioningState, instanceView },
  };
}

function indexAfter(token: string | null): number {
  if (token === null) return 0;
  const index = Number(Buffer.from(token, 'base64url').toString());
  if (Number.isInteger(index) && index > 0) return index;
  throw refusal(400, 'InvalidParameter', 'The value of parameter $skiptoken is invalid.', {
    target: '$skiptoken',
  });
}

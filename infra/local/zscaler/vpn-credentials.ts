/** How does ZIA answer for VPN credentials? The PSK is in no answer. */
import type { SavedCredential, Tenant } from './tenant.js';
import { bodyOf, invalid, noSuchPath, notFound, pageOf, refusal, textOf } from './wire.js';
import type { Json, WireAnswer, WireRequest } from './wire.js';

/** Characters of a PSK at most (Zscaler, 'Ranges & Limitations'). */
const maxPsk = 255;

/** Answers below `/vpnCredentials`. @param refuses identities whose credentials can't be written */
export function answerVpnCredentials(
  tenant: Tenant,
  request: WireRequest,
  rest: readonly string[],
  refuses: readonly string[],
): WireAnswer {
  const { method } = request;
  const [name, ...deeper] = rest;
  if (deeper.length > 0) throw noSuchPath();
  if (name === undefined) {
    if (method === 'GET') return { status: 200, body: list(tenant, request.query) };
    if (method === 'POST') return { status: 200, body: create(tenant, bodyOf(request)) };
    throw noSuchPath();
  }
  if (name === 'bulkDelete' && method === 'POST') return bulkDelete(tenant, bodyOf(request));
  if (!/^\d+$/.test(name)) throw noSuchPath();
  const found = tenant.credentials.get(Number(name));
  if (found === undefined) throw notFound();
  if (method === 'GET') return { status: 200, body: withLocation(tenant, found) };
  if (method === 'PUT') {
    if (refuses.includes(found.identity)) throw invalid(`VPN credential ${found.id} cannot be updated.`);
    return { status: 200, body: update(tenant, found, bodyOf(request)) };
  }
  if (method !== 'DELETE') throw noSuchPath();
  remove(tenant, found.id);
  return { status: 204 };
}

/** A credential as a write answers it. */
export function credentialView({ id, type, identity, comments }: SavedCredential): Json {
  return {
    id,
    type,
    ...(type === 'IP' ? { ipAddress: identity } : { fqdn: identity }),
    ...(comments === undefined ? {} : { comments }),
  };
}

/** As a read shows it: with the location that holds it (recorded). */
function withLocation(tenant: Tenant, credential: SavedCredential): Json {
  const location = tenant.locationOf(credential.id);
  return {
    ...credentialView(credential),
    ...(location === undefined ? {} : { location: { id: location.id, name: location.fields['name'] } }),
  };
}

/** Filters by type and by a part of what is shown (Zscaler, 'Configuring VPN Credentials … Using API'). */
function list(tenant: Tenant, query: URLSearchParams): readonly Json[] {
  const type = query.get('type');
  const search = query.get('search')?.toLowerCase();
  const rows = [...tenant.credentials.values()]
    .filter((one) => type === null || one.type === type)
    .map((one) => withLocation(tenant, one))
    .filter((row) => search === undefined || searchable(row).includes(search));
  return pageOf(rows, query);
}

function searchable({ ipAddress, fqdn, comments, location }: Json): string {
  return JSON.stringify([ipAddress, fqdn, comments, location]).toLowerCase();
}

function create(tenant: Tenant, body: Json): Json {
  const type = textOf(body, 'type');
  const identity = textOf(body, type === 'IP' ? 'ipAddress' : 'fqdn')?.toLowerCase();
  if ((type !== 'IP' && type !== 'UFQDN') || identity === undefined) {
    throw invalid('Invalid VPN credential type or identity.');
  }
  const psk = pskOf(body);
  if (psk === undefined) throw invalid('Pre-shared key is required.');
  if (tenant.credentialOf(identity)) {
    throw refusal(409, 'DUPLICATE_ITEM', `VPN credential ${identity} already exists.`); // message inferred
  }
  const isRegistered = [...tenant.staticIps.values()].some(({ ipAddress }) => ipAddress === identity);
  if (type === 'IP' && !isRegistered) throw invalid(`IP address ${identity} is not a static IP.`); // inferred
  const saved = { id: tenant.nextId(), type, identity, psk, comments: textOf(body, 'comments') } as const;
  tenant.credentials.set(saved.id, saved);
  return credentialView(saved);
}

/**
 * Replaces what can change: comments and PSK. Another FQDN is ignored (Zscaler, same page); another type is
 * refused; without a PSK the old one stays (inferred).
 */
function update(tenant: Tenant, found: SavedCredential, body: Json): Json {
  const type = textOf(body, 'type');
  if (type !== undefined && type !== found.type) throw invalid('VPN credential type cannot be changed.');
  const saved = { ...found, psk: pskOf(body) ?? found.psk, comments: textOf(body, 'comments') };
  tenant.credentials.set(saved.id, saved);
  return credentialView(saved);
}

function pskOf(body: Json): string | undefined {
  const psk = textOf(body, 'preSharedKey');
  if (psk === undefined) return undefined;
  if (psk === '' || psk.length > maxPsk) throw invalid('Pre-shared key has an invalid length.');
  return psk;
}

function bulkDelete(tenant: Tenant, { ids }: Json): WireAnswer {
  if (!Array.isArray(ids)) throw invalid('Invalid ids.');
  for (const id of ids) if (tenant.credentials.has(Number(id))) remove(tenant, Number(id));
  return { status: 204 };
}

function remove(tenant: Tenant, id: number): void {
  // Inferred: what a location holds can't go.
  if (tenant.locationOf(id)) throw refusal(409, 'RESOURCE_IN_USE', 'VPN credential is in use by a location.');
  tenant.credentials.delete(id);
}

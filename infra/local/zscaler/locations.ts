/** How does ZIA answer for locations? A PUT replaces: what it leaves out is set back. */
import {
  dynamicGroups,
  locationDefaults,
  locationExtras,
  locationListFields,
  locationLiteFields,
  locationReadFields,
  predefinedLocations,
} from './location-defaults.js';
import type { SavedLocation, Tenant } from './tenant.js';
import { credentialView } from './vpn-credentials.js';
import { bodyOf, invalid, noSuchPath, notFound, pageOf, refusal, textOf } from './wire.js';
import type { Json, WireAnswer, WireRequest } from './wire.js';

/** Answers below `/locations`. */
export function answerLocations(tenant: Tenant, request: WireRequest, rest: readonly string[]): WireAnswer {
  const { method, query } = request;
  const [name, ...deeper] = rest;
  if (deeper.length > 0) throw noSuchPath();
  if (name === undefined) {
    if (method === 'GET') return { status: 200, body: list(tenant, query) };
    if (method === 'POST') return { status: 200, body: save(tenant, tenant.nextId(), bodyOf(request)) };
    throw noSuchPath();
  }
  if (name === 'lite' && method === 'GET') return { status: 200, body: lite(tenant, query) };
  if (!/^\d+$/.test(name)) throw noSuchPath();
  const found = tenant.locations.get(Number(name));
  if (found === undefined) throw notFound();
  if (method === 'GET') return { status: 200, body: readView(tenant, found) };
  if (method === 'PUT') return { status: 200, body: save(tenant, found.id, bodyOf(request)) };
  if (method !== 'DELETE') throw noSuchPath();
  tenant.locations.delete(found.id);
  return { status: 204 };
}

function list(tenant: Tenant, query: URLSearchParams): readonly Json[] {
  const rows = [...tenant.locations.values()].map((one) => ({
    ...readView(tenant, one),
    ...locationListFields,
  }));
  return pageOf(rows, query);
}

function lite(tenant: Tenant, query: URLSearchParams): readonly Json[] {
  const predefined = predefinedLocations.map((one) => ({ ...locationDefaults, ...one }));
  const rows = [...predefined, ...[...tenant.locations.values()].map(writeView)];
  return pageOf(rows.map(liteView), query);
}

function liteView(row: Json): Json {
  return Object.fromEntries(locationLiteFields.map((name) => [name, row[name]]));
}

function save(tenant: Tenant, id: number, body: Json): Json {
  const name = textOf(body, 'name') ?? '';
  if (name === '') throw invalid('Location name is required.');
  const isTaken = [...tenant.locations.values()].some((one) => one.id !== id && one.fields['name'] === name);
  if (isTaken) throw refusal(409, 'DUPLICATE_ITEM', `Location ${name} already exists.`); // message inferred
  const credentialIds = idsOf(body['vpnCredentials']);
  for (const credentialId of credentialIds) checkFree(tenant, id, credentialId);
  const extras = locationExtras.filter((key) => body[key] !== undefined).map((key) => [key, body[key]]);
  const fields = { ...fieldsOf(body), ...(Object.fromEntries(extras) as Json) }; // pairs of a key and its value
  const saved = { id, fields, credentialIds };
  tenant.locations.set(id, saved);
  return writeView(withTypes(tenant, saved));
}

/** Numbers come as text, too, and are stored as numbers (recorded with `idleTimeInMinutes`). */
function fieldsOf(body: Json): Json {
  const pairs = Object.entries(locationDefaults).map(([key, usual]) => {
    const given = body[key];
    if (given === undefined) return [key, usual];
    return [key, typeof usual === 'number' ? Number(given) : given];
  });
  return Object.fromEntries(pairs) as Json; // pairs of a key and its value
}

function idsOf(credentials: unknown): readonly number[] {
  if (!Array.isArray(credentials)) return [];
  const rows: readonly unknown[] = credentials;
  return rows.map((row) =>
    typeof row === 'object' && row !== null && 'id' in row ? Number(row.id) : Number.NaN,
  );
}

function checkFree(tenant: Tenant, locationId: number, credentialId: number): void {
  if (!tenant.credentials.has(credentialId)) throw invalid('VPN credential does not exist.');
  const holder = tenant.locationOf(credentialId);
  if (holder !== undefined && holder.id !== locationId) throw invalid('VPN credential is in use.');
}

function withTypes(tenant: Tenant, location: SavedLocation): SavedLocation {
  const rows = location.credentialIds.flatMap((id) => tenant.credentials.get(id) ?? []);
  if (rows.length === 0) return location;
  const vpnCredentials = rows.map(({ id, type }) => ({ id, type }));
  return { ...location, fields: { ...location.fields, vpnCredentials } };
}

/** As a write answers: of the credentials only id and type (recorded). */
function writeView({ id, fields }: SavedLocation): Json {
  const group = dynamicGroups[String(fields['profile'])];
  return { id, ...fields, ...(group === undefined ? {} : { dynamiclocationGroups: [group] }) };
}

/** As a read shows: with all of the credentials (recorded). */
function readView(tenant: Tenant, location: SavedLocation): Json {
  const rows = location.credentialIds.flatMap((id) => tenant.credentials.get(id) ?? []);
  return {
    ...writeView(location),
    ...locationReadFields,
    ...(rows.length === 0 ? {} : { vpnCredentials: rows.map(credentialView) }),
  };
}

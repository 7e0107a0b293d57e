/** How does ZIA answer for static IPs? */
import type { SavedStaticIp, Tenant } from './tenant.js';
import { bodyOf, invalid, noSuchPath, notFound, pageOf, refusal, textOf } from './wire.js';
import type { Json, WireAnswer, WireRequest } from './wire.js';

const ipv4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** Answers below `/staticIP`; `rest` is what follows. */
export function answerStaticIps(tenant: Tenant, request: WireRequest, rest: readonly string[]): WireAnswer {
  const { method, query } = request;
  const [name, ...deeper] = rest;
  if (deeper.length > 0) throw noSuchPath();
  if (name === undefined) {
    if (method === 'GET')
      return { status: 200, body: pageOf([...tenant.staticIps.values()], query).map(view) };
    if (method === 'POST') return { status: 200, body: create(tenant, bodyOf(request)) };
    throw noSuchPath();
  }
  if (name === 'validate' && method === 'POST') {
    freeAddress(tenant, bodyOf(request));
    return { status: 200, text: 'SUCCESS' }; // unquoted, though the content type says JSON (recorded)
  }
  const found = tenant.staticIps.get(Number(name));
  if (!/^\d+$/.test(name)) throw noSuchPath();
  if (found === undefined) throw notFound();
  if (method === 'GET') return { status: 200, body: view(found) };
  if (method === 'PUT') return { status: 200, body: update(tenant, found, bodyOf(request)) };
  if (method !== 'DELETE') throw noSuchPath();
  // Inferred: an address that a credential needs can't go.
  if (tenant.credentialOf(found.ipAddress)) throw refusal(409, 'RESOURCE_IN_USE', 'Static IP is in use.');
  tenant.staticIps.delete(found.id);
  return { status: 204 };
}

/** A static IP as ZIA shows it; place and author are the same for all here. */
function view({ id, ipAddress, comment, modifiedAt }: SavedStaticIp): Json {
  return {
    id,
    ipAddress,
    geoOverride: false,
    latitude: 50.1109,
    longitude: 8.6821,
    city: { id: 1, name: 'Example City' },
    routableIP: true,
    lastModificationTime: modifiedAt,
    lastModifiedBy: { id: 117_810_311, name: 'api-client' },
    ...(comment === undefined ? {} : { comment }),
  };
}

function create(tenant: Tenant, body: Json): Json {
  const saved = {
    id: tenant.nextId(),
    ipAddress: freeAddress(tenant, body),
    comment: textOf(body, 'comment'),
    modifiedAt: nowSeconds(),
  };
  tenant.staticIps.set(saved.id, saved);
  return view(saved);
}

/** An update that carries the unchanged address is refused as a duplicate (recorded). */
function update(tenant: Tenant, found: SavedStaticIp, body: Json): Json {
  if (textOf(body, 'ipAddress') !== undefined) freeAddress(tenant, body);
  const saved = { ...found, comment: textOf(body, 'comment'), modifiedAt: nowSeconds() };
  tenant.staticIps.set(saved.id, saved);
  return view(saved);
}

function freeAddress(tenant: Tenant, body: Json): string {
  const ipAddress = textOf(body, 'ipAddress') ?? '';
  const isAddress = (ipv4.exec(ipAddress)?.slice(1) ?? [256]).every((part) => Number(part) <= 255);
  if (!isAddress) throw invalid('Invalid IP address.');
  if ([...tenant.staticIps.values()].some((one) => one.ipAddress === ipAddress)) {
    throw refusal(
      409,
      'DUPLICATE_ITEM',
      `Invalid IP inetAddress : - This IP ${ipAddress} is already associated with current organization.`,
    );
  }
  return ipAddress;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

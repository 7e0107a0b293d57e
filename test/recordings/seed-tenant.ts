/** What was in the tenant before a recording began? All that its reads show and its writes didn't make. */
import { locationDefaults, locationExtras } from '../../infra/local/zscaler/location-defaults.js';
import type { Tenant } from '../../infra/local/zscaler/tenant.js';
import type { Recorded } from './recordings.js';

type Fields = Readonly<Record<string, unknown>>;

/** Puts it there, with the recorded ids. */
export function seedTenant(tenant: Tenant, recording: readonly Recorded[]): void {
  const rows = (method: string) =>
    recording
      .filter((one) => one.method === method)
      .flatMap((one) => rowsOf(one).map((row) => ({ one, row })));
  const made = new Set(rows('POST').map(({ row }) => row['id']));
  for (const { one, row } of rows('GET').filter((each) => !made.has(each.row['id'])))
    seedRow(tenant, one, row);
}

function rowsOf({ responseBody }: Recorded): readonly Fields[] {
  const rows: readonly unknown[] = Array.isArray(responseBody) ? responseBody : [responseBody];
  return rows.filter((row): row is Fields => typeof row === 'object' && row !== null && 'id' in row);
}

function seedRow(tenant: Tenant, { path }: Recorded, row: Fields): void {
  if (path.startsWith('/staticIP')) seedStaticIp(tenant, row);
  if (path.startsWith('/vpnCredentials')) seedCredential(tenant, row);
  if (/^\/locations(\/\d+)?$/.test(path)) seedLocation(tenant, row);
}

function seedStaticIp(tenant: Tenant, row: Fields): void {
  const id = Number(row['id']);
  const comment = String(row['comment']);
  tenant.staticIps.set(id, { id, ipAddress: String(row['ipAddress']), comment, modifiedAt: 0 });
}

function seedCredential(tenant: Tenant, row: Fields): void {
  const id = Number(row['id']);
  const type = row['type'] === 'IP' ? 'IP' : 'UFQDN';
  // FQDNs were replaced by one and the same.
  const identity = type === 'IP' ? String(row['ipAddress']) : `seeded-${id}@example.test`;
  const comments = typeof row['comments'] === 'string' ? row['comments'] : undefined;
  tenant.credentials.set(id, { id, type, identity, psk: 'seeded', comments });
  const { location } = row;
  if (typeof location !== 'object' || location === null) return;
  const { id: locationId, name } = location as { id: number; name: string }; // recorded shape
  tenant.locations.set(locationId, { id: locationId, fields: { name }, credentialIds: [id] });
}

/** Only what a person may have given; the rest is the simulator's to add. */
function seedLocation(tenant: Tenant, row: Fields): void {
  const id = Number(row['id']);
  const held = rowsOf({ responseBody: row['vpnCredentials'] } as Recorded); // only its body is read
  for (const credential of held) seedCredential(tenant, credential);
  const settable = [...Object.keys(locationDefaults), ...locationExtras].filter((key) => key in row);
  const fields = { ...locationDefaults, ...Object.fromEntries(settable.map((key) => [key, row[key]])) };
  tenant.locations.set(id, { id, fields, credentialIds: held.map((one) => Number(one['id'])) });
}

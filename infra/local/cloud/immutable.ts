/** What of a resource can't be changed any more once it is made? In Azure's words. */
import { asRecord, asText, propertiesOf, type Json } from './json.js';
import { fromGateway, networkRefusal, refusal, type Refusal } from './wire.js';

/**
 * What of a machine stays: where it stands in the body, and what the refusal calls it. `zones`, `osDisk.createOption`,
 * `imageReference.sku` and the like were quoted in public issues; that the others are named in the same way is inferred.
 */
const machineFields: readonly (readonly [path: readonly string[], name: string])[] = [
  [['zones'], 'zones'],
  [['properties', 'priority'], 'priority'],
  [['properties', 'osProfile', 'computerName'], 'osProfile.computerName'],
  [['properties', 'osProfile', 'adminUsername'], 'osProfile.adminUsername'],
  [['properties', 'osProfile', 'customData'], 'osProfile.customData'],
  [
    ['properties', 'osProfile', 'linuxConfiguration', 'ssh', 'publicKeys'],
    'linuxConfiguration.ssh.publicKeys',
  ],
  [['properties', 'storageProfile', 'imageReference', 'id'], 'imageReference.id'],
  [['properties', 'storageProfile', 'imageReference', 'publisher'], 'imageReference.publisher'],
  [['properties', 'storageProfile', 'imageReference', 'offer'], 'imageReference.offer'],
  [['properties', 'storageProfile', 'imageReference', 'sku'], 'imageReference.sku'],
  [['properties', 'storageProfile', 'imageReference', 'version'], 'imageReference.version'],
  [['properties', 'storageProfile', 'osDisk', 'name'], 'osDisk.name'],
  [['properties', 'storageProfile', 'osDisk', 'createOption'], 'osDisk.createOption'],
];

/** A write of a machine with what it leaves out of what stays. */
export function withMachineFields(sent: Json, kept: Json): Json {
  return machineFields.reduce((body, [path]) => {
    const standing = at(kept, path);
    return at(body, path) === undefined && standing !== undefined ? put(body, path, standing) : body;
  }, sent);
}

function put(body: Json, [key = '', ...rest]: readonly string[], value: unknown): Json {
  return { ...body, [key]: rest.length === 0 ? value : put(asRecord(body[key]), rest, value) };
}

/** Refuses a write that would change what stays of a machine; what the write leaves out stays as it is. */
export function checkMachineFields(sent: Json, kept: Json): void {
  for (const [path, name] of machineFields) {
    const [wanted, standing] = [at(sent, path), at(kept, path)];
    if (wanted === undefined || JSON.stringify(wanted) === JSON.stringify(standing)) continue;
    throw refusal(409, 'PropertyChangeNotAllowed', `Changing property '${name}' is not allowed.`, {
      target: name,
    });
  }
}

function at(body: Json, path: readonly string[]): unknown {
  return path.reduce<unknown>((found, key) => asRecord(found)[key], body);
}

/** Refuses a move to another region; ARM's words, before the provider sees it (from public issues). */
export function checkLocation(
  about: { readonly name: string; readonly resourceGroup: string },
  sent: Json,
  kept: Json,
): void {
  const [wanted, standing] = [asText(sent['location']), asText(kept['location'])];
  if (wanted === '' || standing === '' || plain(wanted) === plain(standing)) return;
  throw fromGateway(
    refusal(
      409,
      'InvalidResourceLocation',
      `The resource '${about.name}' already exists in location '${standing}' in resource group '${about.resourceGroup}'. ` +
        `A resource with the same name cannot be created in location '${wanted}'. Please select a new resource name.`,
    ),
  );
}

/** `West Europe` and `westeurope` are one. */
function plain(location: string): string {
  return location.replaceAll(' ', '').toLowerCase();
}

/** Refuses other zones than a network resource or a frontend has (code recorded, text from public issues). */
export function checkZones(id: string, sent: unknown, kept: unknown): void {
  if (JSON.stringify(sent ?? []) === JSON.stringify(kept ?? [])) return;
  throw networkRefusal(
    400,
    'ResourceAvailabilityZonesCannotBeModified',
    `Resource ${id} has an existing availability zone constraint ${zonesIn(kept)} and the request has availability zone ` +
      `constraint ${zonesIn(sent)}, which do not match. Zones cannot be added/updated/removed once the resource is created. ` +
      'The resource cannot be updated from regional to zonal or vice-versa.',
  );
}

function zonesIn(zones: unknown): string {
  return Array.isArray(zones) && zones.length > 0 ? zones.join(', ') : 'NoZone';
}

/** Refuses another SKU or way of allocation than a public IP has (code and text inferred). */
export function checkAddressKind(id: string, sent: Json, kept: Json): void {
  const changes: readonly (readonly [name: string, wanted: string, standing: string])[] = [
    ['Sku', asText(asRecord(sent['sku'])['name']), asText(asRecord(kept['sku'])['name'])],
    [
      'IP version',
      asText(propertiesOf(sent)['publicIPAddressVersion']),
      asText(propertiesOf(kept)['publicIPAddressVersion']),
    ],
  ];
  for (const [name, wanted, standing] of changes) {
    if (wanted === '' || standing === '' || wanted === standing) continue;
    throw fixed(id, name, standing, wanted);
  }
}

function fixed(id: string, name: string, standing: string, wanted: string): Refusal {
  return networkRefusal(
    400,
    'PropertyChangeNotAllowed',
    `${name} of the resource ${id} cannot be changed from ${standing} to ${wanted} once it is created.`,
  );
}

/** What does a machine learn from its host? The Instance Metadata Service, as documented by Microsoft Learn. */
import type { MetadataAnswer, MetadataRequest } from './guests.js';
import { answerToken, invalid } from './instance-tokens.js';
import { parseResourcePath } from './arm-id.js';
import { asList, asRecord, asText, propertiesOf, referenceOf, type Json } from './json.js';
import type { ManagedIdentities } from './managed-identities.js';
import { addressesOf } from './network-interfaces.js';
import type { Resource, Resources } from './resources.js';
import type { ScheduledEvents } from './scheduled-events.js';
import { subnetPrefixOf } from './virtual-network-tag.js';

/** What the service stands on. */
export interface MetadataGround {
  readonly resources: Resources;
  readonly identities: ManagedIdentities;
  readonly events: ScheduledEvents;
}

/** Versions that are answered, newest first; a newer one than all is unknown, an older one is as good (estimate). */
const versions = {
  '/metadata/instance': ['2021-12-13', '2021-02-01', '2020-09-01'],
  '/metadata/identity/oauth2/token': ['2021-02-01', '2019-08-01', '2018-02-01'],
  '/metadata/scheduledevents': ['2020-07-01', '2019-08-01', '2019-04-01'],
} as const;

type Endpoint = keyof typeof versions;

/** Answers a machine. */
export function answerMetadata(
  ground: MetadataGround,
  machine: Resource,
  request: MetadataRequest,
): MetadataAnswer {
  const { pathname, searchParams } = new URL(request.target, 'http://169.254.169.254');
  const path = pathname.replace(/\/$/, '');
  const endpoint = (Object.keys(versions) as readonly Endpoint[]).find((known) => isOf(known, path)); // the keys of the record
  if (endpoint === undefined) return bad(404, 'Not found');
  const says =
    endpoint === '/metadata/identity/oauth2/token'
      ? invalid
      : (text: string) => bad(400, `Bad request. ${text}`);
  const refused = headersOrVersion(endpoint, request, searchParams, says);
  if (refused !== undefined) return refused;
  switch (endpoint) {
    case '/metadata/instance':
      if (request.method !== 'GET') return notAllowed;
      return partOf(instanceOf(ground, machine), path.slice(endpoint.length), searchParams.get('format'));
    case '/metadata/identity/oauth2/token':
      return request.method === 'GET' ? answerToken(machine, searchParams, ground.identities) : notAllowed;
    case '/metadata/scheduledevents':
      return request.method === 'GET'
        ? { status: 200, body: ground.events.document(machine.id) }
        : acknowledge(ground.events, machine, request);
  }
}

/** What is known of an instance can be asked for piece by piece. */
function isOf(endpoint: Endpoint, path: string): boolean {
  const lower = path.toLowerCase();
  return lower === endpoint || (endpoint === '/metadata/instance' && lower.startsWith(`${endpoint}/`));
}

/** A piece by its path, such as `/compute/vmId`; one value is text where that is asked for (documentation). */
function partOf(whole: Json, path: string, format: string | null): MetadataAnswer {
  const part = path
    .split('/')
    .filter((name) => name !== '')
    .reduce<unknown>(
      (value, name) => (Array.isArray(value) ? value[Number(name)] : asRecord(value)[name]),
      whole,
    );
  if (part === undefined) return bad(404, 'Not found');
  const isLeaf = typeof part !== 'object' || part === null;
  if (isLeaf !== (format === 'text'))
    return bad(400, `Bad request. ${isLeaf ? 'format=text is needed' : 'format=json is needed'}`);
  return { status: 200, body: part };
}

/** A request must show that it was meant for here, and not have come through a proxy. */
function headersOrVersion(
  endpoint: Endpoint,
  { headers }: MetadataRequest,
  query: URLSearchParams,
  says: (text: string) => MetadataAnswer,
): MetadataAnswer | undefined {
  const sent = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  if (sent.get('metadata')?.toLowerCase() !== 'true') return says('Required metadata header not specified');
  if (sent.has('x-forwarded-for')) return says('X-Forwarded-For header is not allowed');
  const version = query.get('api-version') ?? '';
  const newest = versions[endpoint];
  if (version === '' || version > newest[0]) {
    const text =
      version === ''
        ? 'api-version was not specified in the request. For more information refer to aka.ms/azureimds'
        : 'api-version is invalid or not supported. For more information refer to aka.ms/azureimds';
    const said = says(text);
    return { ...said, body: { ...asRecord(said.body), 'newest-versions': newest } };
  }
  return undefined;
}

const notAllowed: MetadataAnswer = bad(405, 'Method not allowed');

function bad(status: number, error: string): MetadataAnswer {
  return { status, body: { error } };
}

/** Texts are inferred. */
function acknowledge(
  events: ScheduledEvents,
  machine: Resource,
  { body = '' }: MetadataRequest,
): MetadataAnswer {
  const ids = startRequests(body);
  if (ids === undefined || ids.length === 0)
    return bad(400, 'Bad request. StartRequests is missing or empty');
  const unknown = ids.find((id) => !events.acknowledge(machine.id, id));
  return unknown === undefined
    ? { status: 200, body: {} }
    : bad(400, `Bad request. The event ${unknown} is not scheduled for this virtual machine`);
}

function startRequests(text: string): readonly string[] | undefined {
  try {
    const { StartRequests } = asRecord(JSON.parse(text));
    return asList(StartRequests).map((one) => asText(asRecord(one)['EventId']));
  } catch {
    return undefined; // what isn't JSON asks for nothing
  }
}

/** The parts of the documented document that are known here. */
function instanceOf({ resources }: MetadataGround, machine: Resource): Json {
  const properties = propertiesOf(machine.body);
  const interfaces = asList(asRecord(properties['networkProfile'])['networkInterfaces'])
    .map((reference) => resources.get(referenceOf(reference)))
    .filter((found) => found !== undefined);
  const tags = Object.entries(asRecord(machine.body['tags'])).map(([name, value]) => ({
    name,
    value: String(value),
  }));
  const { imageReference, osDisk } = asRecord(properties['storageProfile']);
  const { publisher, offer, sku, exactVersion } = asRecord(imageReference);
  return {
    compute: {
      azEnvironment: 'AzurePublicCloud',
      location: machine.body['location'],
      name: machine.name,
      offer,
      osType: 'Linux',
      provider: 'Microsoft.Compute',
      publisher,
      resourceGroupName: machine.resourceGroup,
      resourceId: machine.id,
      sku,
      storageProfile: { imageReference, osDisk },
      subscriptionId: parseResourcePath(machine.id)?.subscriptionId ?? '',
      tags: tags.map(({ name, value }) => `${name}:${value}`).join(';'),
      tagsList: tags,
      version: exactVersion,
      vmId: properties['vmId'],
      vmSize: asRecord(properties['hardwareProfile'])['vmSize'],
      zone: asText(asList(machine.body['zones'])[0]),
    },
    network: { interface: interfaces.map((one) => interfaceOf(resources, one)) },
  };
}

/** A Standard public address is never shown here (documentation: IMDS knows those of Basic alone). */
function interfaceOf(resources: Resources, networkInterface: Resource): Json {
  const { privateIp } = addressesOf(resources, networkInterface);
  const [address = '', prefix = ''] = subnetPrefixOf(resources, networkInterface).split('/');
  return {
    ipv4: {
      ipAddress: [{ privateIpAddress: privateIp, publicIpAddress: '' }],
      subnet: [{ address, prefix }],
    },
    ipv6: { ipAddress: [] },
    // Of Microsoft's range; the rest out of the address, so that it stays the same.
    macAddress: `000D3A${privateIp
      .split('.')
      .slice(1)
      .map((part) => Number(part).toString(16).padStart(2, '0'))
      .join('')
      .toUpperCase()}`,
  };
}

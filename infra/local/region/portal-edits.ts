/** What does somebody do in the portal? Over the wire and as a person, so that the app sees an event that isn't its own. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Cloud } from '../cloud/cloud.js';
import { asList, asRecord, propertiesOf, referenceOf, without, type Json } from '../cloud/json.js';
import type { Resource } from '../cloud/resources.js';

/** What an edit needs of the cloud. */
export type Edited = Pick<Cloud, 'url' | 'resources'>;

/** The tag that people leave behind. */
const personalTag = { 'edited-by': 'somebody' };

/** How often a person tries again what Azure refuses for the moment. */
const tries = 10;

/** Begins what is done to a resource. @throws Error with Azure's answer when it is refused for good */
export async function asPerson(
  { url }: Edited,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: Json,
): Promise<Json> {
  for (let left = tries; ; left--) {
    const answer = await fetch(`${url}${path}?api-version=2024-07-01`, {
      method,
      headers: { 'x-forwarded-host': 'management.azure.com', authorization: 'Bearer a-person' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(() => undefined);
    const text = (await answer?.text()) ?? '';
    if (answer?.ok === true) return asRecord(text === '' ? {} : (JSON.parse(text) as unknown));
    const isPassing = answer === undefined || answer.status === 429 || answer.status >= 500;
    if (!isPassing || left === 0)
      throw new Error(`The simulated Azure answered ${answer?.status ?? 'nothing'}: ${text}`);
    await pause(1000 * Number(answer?.headers.get('retry-after') ?? 1));
  }
}

/** Adds a tag to the resources of a gateway; what stands on them stays. */
export async function editTags(cloud: Edited, slot: string, machineId: string): Promise<void> {
  const named = (name: string) => resourceNamed(cloud, name).id;
  for (const id of [named(`pip-${slot}`), named(`nic-${slot}`), machineId]) {
    const tags = asRecord((await asPerson(cloud, 'GET', id))['tags']);
    await asPerson(cloud, 'PATCH', id, { tags: { ...tags, ...personalTag } });
  }
}

/** Lets everybody in from the internet, before all other rules. */
export async function openToInternet(cloud: Edited, site: string): Promise<void> {
  const rule = {
    name: 'somebody-lets-all-in',
    properties: {
      ...{ priority: 101, direction: 'Inbound', access: 'Allow', protocol: '*' },
      ...{ sourceAddressPrefix: 'Internet', sourcePortRange: '*' },
      ...{ destinationAddressPrefix: '*', destinationPortRange: '*' },
    },
  };
  await editRules(cloud, site, (rules) => [...rules, rule]);
}

/** Leaves Azure's default rules alone. */
export async function removeRules(cloud: Edited, site: string): Promise<void> {
  await editRules(cloud, site, () => []);
}

async function editRules(
  cloud: Edited,
  site: string,
  change: (rules: readonly unknown[]) => readonly unknown[],
): Promise<void> {
  const { id } = resourceNamed(cloud, `nsg-${site}`);
  const group = await asPerson(cloud, 'GET', id);
  const properties = propertiesOf(group);
  await asPerson(cloud, 'PUT', id, {
    ...group,
    properties: { ...properties, securityRules: change(asList(properties['securityRules'])) },
  });
}

/** Takes a gateway's interface out of every pool; the rest of it stays. */
export async function leavePools(cloud: Edited, slot: string): Promise<void> {
  const { id } = resourceNamed(cloud, `nic-${slot}`);
  const nic = await asPerson(cloud, 'GET', id);
  const properties = propertiesOf(nic);
  const ipConfigurations = asList(properties['ipConfigurations']).map((one) => ({
    ...asRecord(one),
    properties: without(propertiesOf(one), 'loadBalancerBackendAddressPools'),
  }));
  await asPerson(cloud, 'PUT', id, { ...nic, properties: { ...properties, ipConfigurations } });
}

/** Id of the machine that uses a gateway's interface. @throws Error when there is none */
export function machineIdOf(cloud: Edited, slot: string): string {
  const id = referenceOf(propertiesOf(resourceNamed(cloud, `nic-${slot}`).body)['virtualMachine']);
  if (id === '') throw new Error(`There is no machine of ${slot}.`);
  return id;
}

function resourceNamed({ resources }: Edited, name: string): Resource {
  const found = resources().find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) throw new Error(`There is no ${name}.`);
  return found;
}

/** How is an ARM id or path taken apart? Names in it compare without regard to case. */

/** A resource's id, taken apart. */
export interface ArmId {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** `Microsoft.Compute/virtualMachines/runCommands` */
  readonly type: string;
  /** One for each level of the type. */
  readonly names: readonly string[];
}

const resourcePath = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)((?:\/[^/]+)+)$/i;

/** Takes the path of a resource or of a list of resources apart; a list has one name less than levels. */
export function parseResourcePath(path: string): (ArmId & { readonly isList: boolean }) | undefined {
  const [, subscriptionId, resourceGroup, provider, rest] = resourcePath.exec(path) ?? [];
  if (
    subscriptionId === undefined ||
    resourceGroup === undefined ||
    provider === undefined ||
    rest === undefined
  )
    return undefined;
  const segments = rest.slice(1).split('/');
  const levels = segments.filter((_, index) => index % 2 === 0);
  const names = segments.filter((_, index) => index % 2 === 1);
  return {
    subscriptionId,
    resourceGroup,
    type: [provider, ...levels].join('/'),
    names,
    isList: names.length < levels.length,
  };
}

/** A resource group's path, or the path of their list, taken apart. */
export interface GroupPath {
  readonly subscriptionId: string;
  /** `undefined` for the list. */
  readonly name: string | undefined;
}

const groupPath = /^\/subscriptions\/([^/]+)\/resourceGroups(?:\/([^/]+))?$/i;

/** Takes the path of a resource group or of their list apart; `undefined` for every other path. */
export function parseGroupPath(path: string): GroupPath | undefined {
  const [, subscriptionId, name] = groupPath.exec(path) ?? [];
  return subscriptionId === undefined ? undefined : { subscriptionId, name };
}

/** Writes an id the way ARM does. */
export function formatArmId({ subscriptionId, resourceGroup, type, names }: ArmId): string {
  const [provider = '', ...levels] = type.split('/');
  const path = levels.flatMap((level, index) => [level, names[index] ?? '']);
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${provider}/${path.join('/')}`;
}

/** The key under which an id is found. */
export function idKey(id: string): string {
  return id.toLowerCase();
}

/** The last name of an id. */
export function lastName(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

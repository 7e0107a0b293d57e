/** Which role follows from what the app was seen to do? Each action goes to the part that is assigned where it is needed. */

/** Parts of the role, by where they are assigned. */
export type RolePart = 'sites' | 'networks' | 'surroundings' | 'attach' | 'secrets';

/** The app's role, as app-role.json holds it. */
export type AppRole = Readonly<
  Record<
    RolePart,
    {
      readonly description: string;
      readonly actions?: readonly string[];
      readonly dataActions?: readonly string[];
    }
  >
>;

const descriptions: Readonly<Record<RolePart, string>> = {
  sites:
    'Builds, mends and removes gateways with their balancers, addresses and alert rules, in the group of the sites, and asks what policies say to them.',
  networks:
    'Reads the networks of sites and joins their subnets and existing addresses, in the groups that hold them.',
  surroundings:
    'Reads sizes, quotas, images, machines, metrics and locks of the subscription, and how its operations go.',
  attach: 'Gives gateways their identity and names the action group in alert rules, on these two alone.',
  secrets: 'Reads, writes and disables versions of secrets in the vault; deletes none.',
};

/**
 * Which actions a part takes; the first that matches, so the narrower stand first. An action may be needed in two
 * places: public IPs are the app's own among the sites, and others' beside their networks.
 */
const places: readonly (readonly [RegExp, readonly RolePart[]])[] = [
  [/^Microsoft\.KeyVault\/vaults\/secrets\//i, ['secrets']],
  [/^Microsoft\.ManagedIdentity\/userAssignedIdentities\/assign\/action$/i, ['attach']],
  [/^Microsoft\.Insights\/actionGroups\/read$/i, ['attach']],
  [/^Microsoft\.(Network|Compute)\/locations\//i, ['surroundings']],
  [/^Microsoft\.Compute\/skus\/read$/i, ['surroundings']],
  // A check that changes nothing, asked of the group that a site is built in.
  [/^Microsoft\.PolicyInsights\/checkPolicyRestrictions\/read$/i, ['sites']],
  // A list of the subscription shows those of its groups too.
  [/^Microsoft\.Authorization\/locks\/read$/i, ['surroundings']],
  // The sweep lists the machines of a whole subscription.
  [/^Microsoft\.Compute\/virtualMachines\/read$/i, ['sites', 'surroundings']],
  // The batch API of metrics is asked by subscription.
  [/^Microsoft\.Insights\/metrics\/read$/i, ['surroundings']],
  [/^Microsoft\.Network\/(virtualNetworks|routeTables)\//i, ['networks']],
  [/^Microsoft\.Network\/publicIPAddresses\/(read|join\/action)$/i, ['sites', 'networks']],
  [/^Microsoft\.(Network|Compute)\//i, ['sites']],
  [/^Microsoft\.Insights\/metricAlerts\//i, ['sites']],
];

/**
 * Derives the role.
 *
 * @param usedActions names of Azure's operations, such as `Microsoft.Network/loadBalancers/write`
 * @throws Error for an action that has no place yet: somebody has to decide where the app may do it
 */
export function deriveRole(usedActions: readonly string[]): AppRole {
  const of = (part: RolePart) => {
    const mine = usedActions.filter((action) => partsOf(action).includes(part));
    return [...new Map(mine.map((action) => [action.toLowerCase(), action])).values()].sort(byName);
  };
  const part = (name: RolePart) => ({ description: descriptions[name], actions: of(name) });
  return {
    sites: part('sites'),
    networks: part('networks'),
    surroundings: part('surroundings'),
    attach: part('attach'),
    secrets: { description: descriptions.secrets, dataActions: of('secrets') },
  };
}

const byName = (a: string, b: string) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1);

function partsOf(action: string): readonly RolePart[] {
  const found = placeOf(action);
  if (found === undefined) throw new Error(`${action} ${noPlace}: add it to derive-role.ts.`);
  return found;
}

const placeOf = (action: string) => places.find(([pattern]) => pattern.test(action))?.[1];
const noPlace = 'has no place in the role yet';

/** Says what a role has too much and too little of, in sentences; none when it is what was used. */
export function roleDifferences(role: AppRole, usedActions: readonly string[]): readonly string[] {
  const derived = deriveRole(usedActions.filter((action) => placeOf(action) !== undefined));
  const unplaced = usedActions.filter((action) => placeOf(action) === undefined);
  const names: readonly RolePart[] = ['sites', 'networks', 'surroundings', 'attach', 'secrets'];
  const ofParts = names.flatMap((part) => {
    const [given, wanted] = [role[part], derived[part]].map((one) => [
      ...(one.actions ?? []),
      ...(one.dataActions ?? []),
    ]);
    return [
      ...without(given, wanted).map((action) => `${part} allows ${action}, which the app doesn’t use`),
      ...without(wanted, given).map((action) => `${part} lacks ${action}, which the app uses`),
    ];
  });
  return [...unplaced.map((action) => `${action} is used and ${noPlace}`), ...ofParts];
}

function without(all: readonly string[] = [], others: readonly string[] = []): readonly string[] {
  const known = new Set(others.map((action) => action.toLowerCase()));
  return all.filter((action) => !known.has(action.toLowerCase()));
}

/** Would Azure Policy let the site be built? What it denies, and the one setting that changes it. */
import type { PolicyDenial, PolicyReason, Surroundings } from './observed-site.js';
import { isUntouched, type Missing } from './missing.js';
import type { Objection } from './preflight-slots.js';
import { problem, type Problem } from './problem.js';
import type { Site } from './site.js';

/** What a type is called, why the site needs it, and whether it is still to be made. */
interface Needed {
  readonly words: string;
  readonly why: string;
  readonly isMissing: (missing: Missing) => boolean;
}

/** A machine may be replaced at any time, and is set up again and again. */
const always = () => true;

const machine: Needed = { words: 'virtual machines', why: 'A gateway is one.', isMissing: always };

/** By type, in lower case. */
const needed: Readonly<Record<string, Needed>> = {
  'microsoft.network/publicipaddresses': {
    words: 'public IP addresses',
    why: 'Zscaler knows each gateway by one of its own; existing ones can be named in network.publicIpIds.',
    isMissing: ({ addresses }) => addresses > 0,
  },
  'microsoft.network/networkinterfaces': {
    words: 'network interfaces',
    why: 'A gateway’s has a public IP address, by which Zscaler knows it, and forwards what clients send.',
    isMissing: ({ networkInterfaces }) => networkInterfaces > 0,
  },
  'microsoft.network/loadbalancers': {
    words: 'load balancers',
    why: 'Clients reach the gateways through one.',
    isMissing: ({ hasLoadBalancer }) => !hasLoadBalancer,
  },
  'microsoft.network/networksecuritygroups': {
    words: 'network security groups',
    why: 'One keeps everybody but the clients away from the gateways.',
    isMissing: isUntouched,
  },
  'microsoft.insights/metricalerts': {
    words: 'metric alert rules',
    why: 'One watches the balancer; monitoring.alertRules turns it off.',
    isMissing: isUntouched,
  },
  'microsoft.compute/virtualmachines': machine,
  'microsoft.compute/disks': { words: 'disks', why: 'A gateway’s machine has one.', isMissing: always },
  'microsoft.compute/virtualmachines/runcommands': {
    words: 'run commands',
    why: 'A gateway is set up by one.',
    isMissing: always,
  },
};

/** What a policy's condition is about, where the site's own spec can fulfil it. */
interface Setting {
  readonly field: string;
  readonly of: RegExp;
  /** How it is set, by what the policy compares it with. */
  readonly mend: (reason: PolicyReason) => string;
}

const oneOf = (targets: readonly string[]) =>
  targets.length === 0 ? 'another value' : targets.map((one) => `"${one}"`).join(' or ');

/** The narrower first: a condition on the tag decides, though one on the size stands beside it. */
const settings: readonly Setting[] = [
  { field: 'tags', of: /^tags[.[]/i, mend: (reason) => `Give the site this tag: ${tagMend(reason)}.` },
  {
    field: 'region',
    of: /^location$/i,
    mend: ({ targets }) => `Build the site in a region that is allowed: ${oneOf(targets)}.`,
  },
  {
    field: 'gateway.size',
    of: /virtualMachines\/(sku\.name|hardwareProfile\.vmSize)$/i,
    mend: ({ targets }) => `Set gateway.size to ${oneOf(targets)}.`,
  },
  {
    field: 'gateway.image',
    of: /image(Publisher|Offer|Sku|Reference\..*)$/i,
    mend: ({ targets }) => `Set gateway.image to one that is allowed, with ${oneOf(targets)}.`,
  },
  {
    field: 'gateway.encryptionAtHost',
    of: /encryptionAtHost$/i,
    mend: () => 'Set gateway.encryptionAtHost to true.',
  },
];

/** `tags: {"owner": "<value>"}`, with the value where the policy names one. */
function tagMend({ field, operator, targets }: PolicyReason): string {
  const name = tagNameOf(field);
  const [first, ...others] = /exists|like|match/i.test(operator) ? [] : targets;
  const tag = JSON.stringify({ [name]: first ?? '<value>' });
  return `tags: ${tag}${others.length === 0 ? '' : ` (or ${oneOf(others)})`}`;
}

const tagNameOf = (field: string) => field.replace(/^tags(\.|\['?)/i, '').replace(/'?\]$/, '');

/**
 * What policies say against what is still to be made. One that couldn't be asked holds up a site of which nothing
 * stands; one that stands isn't left alone for it.
 */
export function againstPolicies(
  site: Site,
  { policies }: Surroundings,
  missing: Missing,
): readonly Objection[] {
  if (policies === undefined) return [];
  if (!policies.ok) return isUntouched(missing) ? [{ problem: policies.problem }] : [];
  if (policies.value.kind === 'not-checked') return [];
  return policies.value.denials
    .filter(({ types }) => types.some((type) => neededOf(type).isMissing(missing)))
    .map((denial) => ({ problem: problemOf(site, denial) }));
}

function neededOf(type: string): Needed {
  return needed[type.toLowerCase()] ?? { words: type, why: 'The site makes one.', isMissing: always };
}

function problemOf(site: Site, denial: PolicyDenial): Problem {
  const { assignmentId, types, reasons } = denial;
  const [scope = '', name = assignmentId] = assignmentId.split(
    /\/providers\/Microsoft\.Authorization\/policyAssignments\//i,
  );
  const denied = types.map((type) => neededOf(type).words).join(', ');
  const setting = settings.find(({ of }) => reasons.some(({ field }) => of.test(field)));
  const reason = reasons.find(({ field }) => setting?.of.test(field));
  const because =
    reasons.length === 0 ? '' : ` for ${[...new Set(reasons.map(({ field }) => field))].join(', ')}`;
  const said = `Policy assignment ${name} of ${scope} denies ${denied}${because}.`;
  if (setting !== undefined && reason !== undefined) {
    return problem('policy-denied', said, { field: setting.field, mend: setting.mend(reason) });
  }
  const why = [...new Set(types.map((type) => neededOf(type).why))].join(' ');
  return problem('policy-denied', `${said} ${why}`, {
    field: 'resourceGroup',
    mend: exemption(site, denial),
  });
}

/** How a group is exempted; the only way where nothing of the site can be otherwise. */
function exemption({ resourceGroup }: Site, { assignmentId, reference }: PolicyDenial): string {
  const group = resourceGroup ?? 'the site’s resource group';
  const options = [
    '--name tunnelkeeper --exemption-category Waiver',
    `--resource-group ${resourceGroup ?? '<group>'}`,
    `--policy-assignment ${assignmentId}`,
    ...(reference === undefined ? [] : [`--policy-definition-reference-ids ${reference}`]),
  ];
  return `Exempt ${group} from this assignment (az policy exemption create ${options.join(' ')}), or set resourceGroup to a group that it doesn’t govern.`;
}

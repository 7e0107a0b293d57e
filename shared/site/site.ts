/** What does somebody want? A site's desired state, with all defaults filled in. */
import { z } from 'zod';
import { hasHostBits, prefixesOverlap } from './ipv4.js';
import { parseSiteName } from './ids.js';
import { checkProposal, espProposals } from './proposals.js';

/** Port of the health responder on every gateway, asked by the balancer's probe. */
export const probePort = 8100;

/** Source of the balancer's probes: Azure's virtual public IP (Microsoft Learn, 'What is IP address 168.63.129.16?'). */
export const azurePlatformAddress = '168.63.129.16';

/** Largest number of proxy ports: each is a rule of the balancer. Ours, far below Azure's 1,500 rules. */
const maxProxyPorts = 8;

const text = (pattern: RegExp, error: string) => z.string(error).regex(pattern, error);

const armId = (type: string, error: string) =>
  text(new RegExp(`^/subscriptions/[0-9a-f-]{36}/resourceGroups/[^/]{1,90}/providers/${type}$`, 'i'), error);

const hostName = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
const ipv4 = /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}$/;

const edge = z
  .string('Give the host name or IPv4 address of a service edge.')
  .refine((value) => hostName.test(value) || ipv4.test(value), {
    error:
      'Give the host name or IPv4 address of a service edge, such as fra4-vpn.zscaler.net: lower case, no scheme, no port, no path.',
  });

const subnetId = armId(
  'Microsoft\\.Network/virtualNetworks/[^/]{1,80}/subnets/[^/]{1,80}',
  'Give the ARM id of a subnet: /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Network/virtualNetworks/<network>/subnets/<subnet>.',
);

const publicIpId = armId(
  'Microsoft\\.Network/publicIPAddresses/[^/]{1,80}',
  'Give the ARM id of a public IP: /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Network/publicIPAddresses/<name>.',
);

const zone = z.enum(['1', '2', '3'], 'Zones are "1", "2" and "3", as text.');

const unique = (values: readonly unknown[]) => new Set(values).size === values.length;

const prefix = z
  .cidrv4('Give an IPv4 prefix, such as 10.1.0.0/16.')
  .refine((value) => !hasHostBits(value), {
    error: 'The address has bits beyond the prefix length; give the first address of the prefix.',
  })
  .refine((value) => !value.endsWith('/0'), {
    error: '0.0.0.0/0 would open the proxy to everybody; give the prefixes of your clients.',
  })
  .refine((value) => !prefixesOverlap(value, azurePlatformAddress), {
    error: `The prefix holds ${azurePlatformAddress}, the source of the balancer's probes, which must never be sent into the tunnel; leave it out.`,
  });

const port = z
  .int(`A port is a whole number from 1 to 65535.`)
  .min(1, 'A port is a whole number from 1 to 65535.')
  .max(65535, 'A port is a whole number from 1 to 65535.')
  .refine((value) => value !== probePort, {
    error: `Port ${probePort} answers the balancer's probe; choose another.`,
  })
  .refine((value) => value !== 22, { error: 'Port 22 is the machine’s own SSH; choose another.' });

const network = z.strictObject({
  subnetId,
  frontendIp: z.ipv4('Give an IPv4 address inside the subnet.').optional(),
  publicIpIds: z.partialRecord(zone, z.array(publicIpId).min(1).max(4).refine(unique)).optional(),
});

const identity = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('ip') }),
    z.strictObject({
      type: z.literal('ufqdn'),
      domain: text(hostName, 'Give a domain of your Zscaler tenant in lower case, such as example.com.').max(
        200,
        'A domain has at most 200 characters, so that the whole identity stays below 256.',
      ),
    }),
  ],
  'Give {"type": "ip"} or {"type": "ufqdn", "domain": "example.com"}.',
);

const psk = z.strictObject({
  scope: z
    .enum(['site', 'gateway', 'tunnel'], 'Give "site", "gateway" or "tunnel": what shares one PSK.')
    .default('site'),
  secretPrefix: text(
    /^[a-zA-Z][a-zA-Z0-9-]{0,99}$/,
    'A secret’s name is a letter, then letters, digits and hyphens; 100 characters at most.',
  ).optional(),
});

const tunnel = z.strictObject({
  edges: z.strictObject({ primary: edge, secondary: edge.optional() }),
  routing: z
    .enum(['route-based', 'policy-based'], 'Give "route-based" or "policy-based".')
    .default('route-based'),
  identity: identity.default({ type: 'ip' }),
  ike: z
    .string()
    .superRefine((value, context) => {
      const error = checkProposal(value);
      if (error !== undefined) context.addIssue({ code: 'custom', message: error });
    })
    .default('aes256-sha2_256;dh14'),
  esp: z.enum(espProposals, `Give one of ${espProposals.join(', ')}.`).default('null-md5'),
  psk: psk.prefault({}),
});

const proxy = z.strictObject({
  address: z.ipv4('Give the IPv4 address of the global proxy.').default('185.46.212.88'),
  ports: z
    .array(port)
    .min(1, 'Give at least one port.')
    .max(maxProxyPorts, `Give at most ${maxProxyPorts} ports.`)
    .refine(unique, { error: 'A port stands there twice.' })
    .default([9400]),
  masquerade: z.boolean().default(true),
  persistence: z.enum(['none', 'source-ip'], 'Give "none" or "source-ip".').default('source-ip'),
});

const gateway = z.strictObject({
  size: text(/^(Standard|Basic)_[A-Za-z0-9_-]{2,40}$/, 'Give a VM size, such as Standard_D2s_v5.').default(
    'Standard_D2s_v5',
  ),
  image: text(
    /^([^:/]+:[^:/]+:[^:/]+:[^:/]+|\/subscriptions\/.+\/providers\/Microsoft\.Compute\/.+)$/i,
    'Give publisher:offer:sku:version, or the ARM id of an image.',
  ).default('Debian:debian-12:12-gen2:latest'),
  encryptionAtHost: z.boolean().default(false),
});

const remediation = z.strictObject({
  mode: z.enum(['act', 'advise'], 'Give "act" or "advise".').default('act'),
  maxUnavailable: z.int().min(1).max(12).default(1),
  replacementsPerDay: z.int().min(0).max(24).default(2),
  freeze: z.array(z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime() })).optional(),
});

const rotation = z.strictObject({
  everyDays: z.int().min(1).max(365),
  window: text(
    /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/,
    'Give a window such as 02:00-04:00.',
  ).optional(),
  timeZone: z.string().min(1).max(64).optional(),
});

const monitoring = z.strictObject({
  alertRules: z.boolean().default(false),
  netdata: z.boolean().default(false),
});

const tagKey = z
  .string()
  .regex(/^[^<>%&\\?/]{1,512}$/, 'A tag’s name has 1 to 512 characters, none of < > % & \\ ? /.')
  .refine((key) => !key.toLowerCase().startsWith('tunnelkeeper-'), {
    error: 'Tags that begin with tunnelkeeper- are ours; choose another name.',
  });

/** Limits of tags: 50 a resource (Microsoft Learn, 'Use tags to organize your Azure resources'); ten are kept for us. */
const tags = z
  .record(tagKey, z.string().max(256, 'A tag’s value has at most 256 characters.'))
  .refine((all) => Object.keys(all).length <= 40, { error: 'Give at most 40 tags.' });

/** The schema that reads a site wherever one enters; fills in every default that needs no look at Azure. */
export const siteSchema = z.strictObject({
  name: z.string('Give the site a name.').transform((value, context) => {
    const name = parseSiteName(value);
    if (name !== undefined) return name;
    context.addIssue({
      code: 'custom',
      message:
        'A name is a letter, then letters, digits and hyphens, no hyphen at the end; 2 to 24 characters, lower case.',
    });
    return z.NEVER;
  }),
  region: text(/^[a-z][a-z0-9]{2,40}$/, 'Give a region by its short name, such as westeurope.'),
  resourceGroup: text(
    /^[\w().-]{0,89}[\w()-]$/,
    'A resource group’s name has 1 to 90 letters, digits, . _ - ( ).',
  ).optional(),
  subscriptionId: z.guid('A subscription’s id is a GUID.').optional(),
  network,
  tunnel,
  zones: z
    .array(zone)
    .min(1, 'Give at least one zone, or leave it out for all.')
    .refine(unique, { error: 'A zone stands there twice.' })
    .optional(),
  gatewaysPerZone: z
    .int('Give 1 to 4 gateways a zone.')
    .min(1, 'Give 1 to 4 gateways a zone.')
    .max(4, 'Give 1 to 4 gateways a zone.')
    .default(1),
  clients: z
    .array(prefix)
    .min(1, 'Give at least one prefix, or leave it out for the whole virtual network.')
    .max(100, 'Give at most 100 prefixes.')
    .refine(unique, { error: 'A prefix stands there twice.' })
    .optional(),
  proxy: proxy.prefault({}),
  gateway: gateway.prefault({}),
  farSide: z.enum(['by-hand', 'zia'], 'Give "by-hand" or "zia".').default('by-hand'),
  remediation: remediation.prefault({}),
  rotation: rotation.optional(),
  monitoring: monitoring.prefault({}),
  paused: z.boolean().default(false),
  protected: z.boolean().default(false),
  tags: tags.default({}),
});

/** A site as somebody wants it. Absent fields are decided by what Azure offers. */
export type Site = z.output<typeof siteSchema>;

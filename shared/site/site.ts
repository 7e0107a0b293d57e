/** What does somebody want? A site's desired state, with all defaults filled in. */
import { z } from 'zod';
import { parseSiteName } from './ids.js';
import { isTimeZone } from './maintenance-window.js';
import { checkProposal, espProposals } from './proposals.js';
import {
  edge,
  hostName,
  port,
  prefix,
  proxyAddress,
  publicIpId,
  subnetId,
  tags,
  text,
  time,
  unique,
  viewers,
  whole,
  yesOrNo,
  zone,
} from './site-fields.js';

/** Largest number of proxy ports: each is a rule of the balancer. Ours, far below Azure's 1,500 rules. */
const maxProxyPorts = 8;

const addresses = z
  .array(publicIpId, 'Give a list of ARM ids of public IPs.')
  .min(1, 'Give at least one address, or leave the zone out.')
  .max(4, 'Give at most 4 addresses a zone.')
  .refine(unique, { error: 'A public IP stands there twice.' });

const network = z.strictObject(
  {
    subnetId,
    frontendIp: z.ipv4('Give an IPv4 address inside the subnet.').optional(),
    publicIpIds: z
      .partialRecord(zone, addresses, 'Give an object with a list of ARM ids for each zone.')
      .optional(),
  },
  'Give an object with the subnet: {"subnetId": "/subscriptions/…"}.',
);

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

const psk = z.strictObject(
  {
    scope: z
      .enum(['site', 'gateway', 'tunnel'], 'Give "site", "gateway" or "tunnel": what shares one PSK.')
      .default('site'),
    secretPrefix: text(
      /^[a-zA-Z][a-zA-Z0-9-]{0,99}$/,
      'A secret’s name is a letter, then letters, digits and hyphens; 100 characters at most.',
    ).optional(),
  },
  'Give an object with scope and secretPrefix, never the PSK itself.',
);

const tunnel = z.strictObject(
  {
    edges: z.strictObject(
      { primary: edge, secondary: edge.optional() },
      'Give an object with the service edge: {"primary": "fra4-vpn.zscaler.net"}.',
    ),
    routing: z
      .enum(['route-based', 'policy-based'], 'Give "route-based" or "policy-based".')
      .default('route-based'),
    identity: identity.default({ type: 'ip' }),
    ike: z
      .string('Give an IKE proposal, such as aes256-sha2_256;dh14.')
      .superRefine((value, context) => {
        const error = checkProposal(value);
        if (error !== undefined) context.addIssue({ code: 'custom', message: error });
      })
      .default('aes256-sha2_256;dh14'),
    esp: z.enum(espProposals, `Give one of ${espProposals.join(', ')}.`).default('null-md5'),
    psk: psk.prefault({}),
  },
  'Give an object with the service edges: {"edges": {"primary": "fra4-vpn.zscaler.net"}}.',
);

const proxy = z.strictObject(
  {
    address: proxyAddress.default('185.46.212.88'),
    ports: z
      .array(port, 'Give a list of ports, such as [9400].')
      .min(1, 'Give at least one port.')
      .max(maxProxyPorts, `Give at most ${maxProxyPorts} ports.`)
      .refine(unique, { error: 'A port stands there twice.' })
      .default([9400]),
    masquerade: yesOrNo.default(true),
    persistence: z.enum(['none', 'source-ip'], 'Give "none" or "source-ip".').default('source-ip'),
  },
  'Give an object with address, ports, masquerade or persistence.',
);

const gateway = z.strictObject(
  {
    size: text(/^(Standard|Basic)_[A-Za-z0-9_-]{2,40}$/, 'Give a VM size, such as Standard_D2s_v5.').default(
      'Standard_D2s_v5',
    ),
    image: text(
      /^([^:/]+:[^:/]+:[^:/]+:[^:/]+|\/subscriptions\/.+\/providers\/Microsoft\.Compute\/.+)$/i,
      'Give publisher:offer:sku:version, or the ARM id of an image.',
    ).default('Debian:debian-12:12-gen2:latest'),
    encryptionAtHost: yesOrNo.default(false),
  },
  'Give an object with size, image or encryptionAtHost.',
);

const remediation = z.strictObject(
  {
    mode: z.enum(['act', 'advise'], 'Give "act" or "advise".').default('act'),
    maxUnavailable: whole(1, 12).default(1),
    replacementsPerDay: whole(0, 24).default(2),
    freeze: z
      .array(
        z
          .strictObject({ from: time, to: time }, 'Give an object with "from" and "to".')
          .refine(({ from, to }) => from < to, {
            error: 'It ends before it begins; exchange "from" and "to".',
          }),
        'Give a list of objects with "from" and "to".',
      )
      .optional(),
  },
  'Give an object with mode, maxUnavailable, replacementsPerDay or freeze.',
);

const rotation = z.strictObject(
  {
    everyDays: whole(1, 365),
    window: text(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, 'Give a window such as 02:00-04:00.')
      .refine((value) => value.slice(0, 5) !== value.slice(6), {
        error: 'The window has no length and never opens; give one such as 02:00-04:00.',
      })
      .optional(),
    timeZone: text(/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/, 'Give a time zone by its name, such as Europe/Berlin.')
      .refine(isTimeZone, { error: 'Give a time zone by its name, such as Europe/Berlin.' })
      .optional(),
  },
  'Give an object with everyDays, window or timeZone.',
);

const netdata = z.union(
  [
    z.boolean(),
    z.strictObject({
      from: z
        .array(viewers, 'Give a list of prefixes, such as ["10.9.0.0/24"].')
        .min(1, 'Give at least one prefix, or true for the gateways’ loopback alone.')
        .refine((all) => all.length <= 8, { error: 'Give at most 8 prefixes.' })
        .refine(unique, { error: 'A prefix stands there twice.' }),
    }),
  ],
  'Give true, false, or an object with those who may see it: {"from": ["10.9.0.0/24"]}.',
);

const monitoring = z.strictObject(
  { alertRules: yesOrNo.default(true), netdata: netdata.default(false) },
  'Give an object with alertRules or netdata.',
);

/** The schema that reads a site wherever one enters; fills in every default that needs no look at Azure. */
export const siteSchema = z.strictObject(
  {
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
      .array(zone, 'Give a list of zones, such as ["1", "2"].')
      .min(1, 'Give at least one zone, or leave it out for all.')
      .refine(unique, { error: 'A zone stands there twice.' })
      .optional(),
    gatewaysPerZone: whole(1, 4).default(1),
    clients: z
      .array(prefix, 'Give a list of prefixes, such as ["10.1.0.0/16"].')
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
    paused: yesOrNo.default(false),
    protected: yesOrNo.default(false),
    tags: tags.default({}),
  },
  'Send one JSON object, as described in docs/site.md.',
);

/** A site as somebody wants it. Absent fields are decided by what Azure offers. */
export type Site = z.output<typeof siteSchema>;

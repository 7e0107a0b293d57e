/** What may stand in a single field of a site, and what mends it when it doesn't? */
import { z } from 'zod';
import { hasHostBits, prefixesOverlap } from './ipv4.js';

/** Port of the health responder on every gateway, asked by the balancer's probe. */
export const probePort = 8100;

/** Source of the balancer's probes: Azure's virtual public IP (Microsoft Learn, 'What is IP address 168.63.129.16?'). */
const azurePlatformAddress = '168.63.129.16';

/** Text of a pattern. */
export const text = (pattern: RegExp, error: string) => z.string(error).regex(pattern, error);

/** True or false. */
export const yesOrNo = z.boolean('Give true or false.');

/** A whole number within limits. */
export function whole(from: number, to: number) {
  const error = `Give a whole number from ${from} to ${to}.`;
  return z.int(error).min(from, error).max(to, error);
}

const armId = (type: string, error: string) =>
  text(new RegExp(`^/subscriptions/[0-9a-f-]{36}/resourceGroups/[^/]{1,90}/providers/${type}$`, 'i'), error);

/** A host name in lower case. */
export const hostName = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
const ipv4 = /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}$/;

/** A service edge. */
export const edge = z
  .string('Give the host name or IPv4 address of a service edge.')
  .refine((value) => hostName.test(value) || ipv4.test(value), {
    error:
      'Give the host name or IPv4 address of a service edge, such as fra4-vpn.zscaler.net: lower case, no scheme, no port, no path.',
  });

/** ARM id of a subnet. */
export const subnetId = armId(
  'Microsoft\\.Network/virtualNetworks/[^/]{1,80}/subnets/[^/]{1,80}',
  'Give the ARM id of a subnet: /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Network/virtualNetworks/<network>/subnets/<subnet>.',
);

/** ARM id of a public IP. */
export const publicIpId = armId(
  'Microsoft\\.Network/publicIPAddresses/[^/]{1,80}',
  'Give the ARM id of a public IP: /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Network/publicIPAddresses/<name>.',
);

/** An availability zone. */
export const zone = z.enum(['1', '2', '3'], 'Zones are "1", "2" and "3", as text.');

/** Says whether no value stands there twice. */
export const unique = (values: readonly unknown[]) => new Set(values).size === values.length;

const ipv4Prefix = z
  .cidrv4('Give an IPv4 prefix, such as 10.1.0.0/16.')
  .refine((value) => !hasHostBits(value), {
    error: 'The address has bits beyond the prefix length; give the first address of the prefix.',
  });

/** A prefix whose addresses may use the proxy. */
export const prefix = ipv4Prefix
  .refine((value) => !value.endsWith('/0'), {
    error: '0.0.0.0/0 would open the proxy to everybody; give the prefixes of your clients.',
  })
  .refine((value) => !prefixesOverlap(value, azurePlatformAddress), {
    error: `The prefix holds ${azurePlatformAddress}, the source of the balancer's probes, which must never be sent into the tunnel; leave it out.`,
  });

/** Widest prefix of viewers: 10.0.0.0/8, the widest of private networks (RFC 1918). */
const widestViewers = 8;

/** A prefix whose addresses may see Netdata, which asks nobody who he is. */
export const viewers = ipv4Prefix
  .refine((value) => Number(value.split('/')[1]) >= widestViewers, {
    error: `A prefix shorter than /${widestViewers} would open Netdata to the internet; give the prefixes of those who watch.`,
  })
  .refine((value) => !prefixesOverlap(value, azurePlatformAddress), {
    error: `The prefix holds ${azurePlatformAddress}, which is Azure's and watches nothing; leave it out.`,
  });

/** A port of the proxy. */
export const port = whole(1, 65_535)
  .refine((value) => value !== probePort, {
    error: `Port ${probePort} answers the balancer's probe; choose another.`,
  })
  .refine((value) => value !== 22, { error: 'Port 22 is the machine’s own SSH; choose another.' });
/** Where no proxy can be: requests to it would never leave the gateway, or would reach Azure's platform. */
const neverProxies = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', azurePlatformAddress];

/** Address of the proxy behind the tunnel. */
export const proxyAddress = z
  .ipv4('Give the IPv4 address of the global proxy.')
  .refine((value) => !neverProxies.some((range) => prefixesOverlap(value, range)), {
    error:
      'Give the address of the global proxy, such as 185.46.212.88; loopback, link-local, multicast and Azure’s own addresses never lead there.',
  });
/** A time in UTC. */
export const time = z.iso.datetime('Give a time in UTC, such as 2026-12-20T00:00:00Z.');
const tagKey = z
  .string()
  .regex(/^[^<>%&\\?/]{1,512}$/, 'A tag’s name has 1 to 512 characters, none of < > % & \\ ? /.')
  .refine((key) => !key.toLowerCase().startsWith('tunnelkeeper-'), {
    error: 'Tags that begin with tunnelkeeper- are ours; choose another name.',
  })
  .refine((key) => !/^(microsoft|azure|windows)/i.test(key), {
    error: 'Azure keeps names that begin with microsoft, azure or windows for itself; choose another.',
  });

/** Limits of tags: 50 a resource (Microsoft Learn, 'Use tags to organize your Azure resources'); ten are kept for us. */
export const tags = z
  .record(
    tagKey,
    z.string('Give the tag’s value as text.').max(256, 'A tag’s value has at most 256 characters.'),
    'Give an object of names and texts, such as {"owner": "network team"}.',
  )
  .refine((all) => unique(Object.keys(all).map((name) => name.toLowerCase())), {
    error: 'Two tags differ only in upper and lower case, which Azure takes for one; leave one out.',
  })
  .refine((all) => Object.keys(all).length <= 40, { error: 'Give at most 40 tags.' });

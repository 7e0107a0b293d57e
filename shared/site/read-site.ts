/** Is this body a site? Reads it, or says which field is wrong and how to mend it. */
import type { core } from 'zod';
import { problem, failure, success, type FieldError, type Outcome } from './problem.js';
import { netdataFrom, netdataPort } from './netdata.js';
import { siteSchema, type Site } from './site.js';

/** Longest value that is quoted back. */
const quotedCharacters = 80;

/** Fields whose wrong value is never quoted. */
const mayHoldSecret = /^tunnel(\.psk(\..*)?)?$/;

/**
 * Reads a body as a site.
 *
 * @returns the site with its defaults; `invalid-field` with every field that is wrong
 */
export function readSite(body: unknown): Outcome<Site> {
  const parsed = siteSchema.safeParse(body, { reportInput: true });
  if (!parsed.success) return failure(invalidField(parsed.error.issues.flatMap(fieldErrors)));
  const site = parsed.data;
  const contradictions = fieldsThatContradict(site);
  if (contradictions.length > 0) return failure(invalidField(contradictions));
  return success(site);
}

function invalidField(errors: readonly FieldError[]) {
  const [first] = errors;
  const more = errors.length > 1 ? ` (${errors.length - 1} more in "errors")` : '';
  return problem('invalid-field', `${first?.detail ?? 'The site is not valid.'}${more}`, {
    ...(first === undefined ? {} : { field: first.field, mend: first.mend }),
    errors,
  });
}

function fieldErrors(issue: core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const field = path === '' ? key : `${path}.${key}`;
      return {
        field,
        detail: `There is no field ${field}.`,
        mend: 'Take it out, or look its name up in docs/site.md.',
      };
    });
  }
  const field = path === '' ? 'body' : path;
  const isMissing = issue.input === undefined && issue.code !== 'custom';
  const detail = isMissing ? `${field} is missing.` : `${field} ${said(field, issue.input)} not valid.`;
  // A key that is not valid says why in the issues of its own.
  const mend = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [{ field, detail, mend }];
}

/** Quotes what was sent, except where somebody may have sent a PSK instead of the name of its secret. */
function said(field: string, value: unknown): string {
  return mayHoldSecret.test(field) ? 'is' : `is ${quoted(value)}, which is`;
}

function quoted(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined; // undefined for functions and symbols, which JSON can't bring
  if (json === undefined) return 'nothing';
  return json.length > quotedCharacters ? `${json.slice(0, quotedCharacters)}…` : json;
}

/** Fields that are fine alone and wrong together. */
function fieldsThatContradict(site: Site): FieldError[] {
  const { network, zones, gatewaysPerZone, proxy, tunnel } = site;
  const errors: FieldError[] = [];
  for (const [zone, ids] of Object.entries(network.publicIpIds ?? {})) {
    const field = `network.publicIpIds.${zone}`;
    if (zones !== undefined && !zones.some((wanted) => wanted === zone)) {
      errors.push({
        field,
        detail: `${field} names a zone that the site does not use.`,
        mend: `Add zone ${zone} to zones, or take it out.`,
      });
    }
    if (ids.length !== gatewaysPerZone) {
      errors.push({
        field,
        detail: `${field} has ${ids.length} addresses for ${gatewaysPerZone} gateways.`,
        mend: 'Give one address for each gateway of the zone.',
      });
    }
  }
  const addresses = Object.values(network.publicIpIds ?? {})
    .flat()
    .map((id) => id.toLowerCase());
  if (new Set(addresses).size !== addresses.length) {
    errors.push({
      field: 'network.publicIpIds',
      detail: 'A public IP stands there twice.',
      mend: 'Give each gateway its own address.',
    });
  }
  if (tunnel.edges.secondary !== undefined && tunnel.routing === 'policy-based') {
    errors.push({
      field: 'tunnel.edges.secondary',
      detail:
        'Policy-based, a gateway has one tunnel: two policies for one destination cannot be told apart.',
      mend: 'Leave the secondary edge out, or set tunnel.routing to route-based.',
    });
  }
  if (tunnel.edges.secondary !== undefined && tunnel.edges.secondary === tunnel.edges.primary) {
    errors.push({
      field: 'tunnel.edges.secondary',
      detail: 'Both service edges are the same.',
      mend: 'Name another one, in another data centre, or leave it out.',
    });
  }
  if (tunnel.identity.type === 'ip' && tunnel.psk.scope === 'tunnel') {
    errors.push({
      field: 'tunnel.psk.scope',
      detail:
        'With an address as identity both tunnels of a gateway use one credential, so they share one PSK.',
      mend: 'Set the scope to "gateway", or the identity to ufqdn.',
    });
  }
  const from = netdataFrom(site);
  if (from !== undefined && from.length > 0 && proxy.ports.includes(netdataPort)) {
    errors.push({
      field: 'proxy.ports',
      detail: `Port ${netdataPort} is Netdata's at the gateways' addresses, for those that monitoring.netdata.from names.`,
      mend: 'Choose another port for the proxy, or set monitoring.netdata to true, for loopback alone.',
    });
  }
  if (tunnel.edges.primary === proxy.address) {
    errors.push({
      field: 'tunnel.edges.primary',
      detail: 'The service edge and the proxy have one address.',
      mend: 'Give the VPN host of the service edge, such as fra4-vpn.zscaler.net.',
    });
  }
  return errors;
}

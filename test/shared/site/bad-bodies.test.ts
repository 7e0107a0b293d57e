/** Which bodies are refused, and does each refusal say which field is wrong and what mends it? */
import { describe, expect, test } from '@jest/globals';
import { problemCode } from '../../../shared/site/problem.js';
import { readSite } from '../../../shared/site/read-site.js';
import { aBody, publicIpId, subnetId } from './helpers/bodies.js';

interface Bad {
  readonly when: string;
  readonly body: unknown;
  readonly field: string;
  readonly mend: RegExp;
}

/** A body that is right but for the changes. */
const bad = (when: string, changes: Readonly<Record<string, unknown>>, field: string, mend: RegExp): Bad => ({
  when,
  body: aBody(changes),
  field,
  mend,
});

const wrongTypesAndNames: readonly Bad[] = [
  { when: 'the body is null', body: null, field: 'body', mend: /one JSON object/ },
  { when: 'the body is a list', body: [], field: 'body', mend: /one JSON object/ },
  { when: 'the body is text', body: 'hq', field: 'body', mend: /one JSON object/ },
  bad('the name is missing', { name: undefined }, 'name', /a name/),
  bad('the name is a number', { name: 7 }, 'name', /a name/),
  bad('the name has 1 letter', { name: 'a' }, 'name', /2 to 24/),
  bad('the name has 25 letters', { name: 'a'.repeat(25) }, 'name', /2 to 24/),
  bad('the name has capitals', { name: 'HQ' }, 'name', /lower case/),
  bad('the name begins with a digit', { name: '1hq' }, 'name', /a letter, then/),
  bad('the name ends with a hyphen', { name: 'hq-' }, 'name', /hyphen at the end/),
  bad('the name ends with a line break', { name: 'hq\n' }, 'name', /a letter, then/),
  bad('a field is unknown', { colour: 'red' }, 'colour', /docs\/site.md/),
  {
    when: 'the body has a key __proto__',
    body: JSON.parse(JSON.stringify(aBody({})).replace('{', '{"__proto__":{"paused":true},')),
    field: '__proto__',
    mend: /Take it out/,
  },
  bad('a nested field is unknown', { proxy: { port: 9400 } }, 'proxy.port', /Take it out/),
  bad('the region has its long name', { region: 'West Europe' }, 'region', /westeurope/),
  bad('the group ends with a full stop', { resourceGroup: 'rg.' }, 'resourceGroup', /1 to 90/),
  bad('the subscription is a name', { subscriptionId: 'production' }, 'subscriptionId', /GUID/),
  bad('paused is text', { paused: 'false' }, 'paused', /true or false/),
  bad('gatewaysPerZone is 0', { gatewaysPerZone: 0 }, 'gatewaysPerZone', /1 to 4/),
  bad('gatewaysPerZone is 5', { gatewaysPerZone: 5 }, 'gatewaysPerZone', /1 to 4/),
  bad('gatewaysPerZone is half', { gatewaysPerZone: 1.5 }, 'gatewaysPerZone', /1 to 4/),
  bad('a zone is a number', { zones: [1] }, 'zones.0', /as text/),
  bad('there is no zone 4', { zones: ['1', '4'] }, 'zones.1', /"1", "2" and "3"/),
  bad('no zone is left', { zones: [] }, 'zones', /for all/),
  bad('a zone stands there twice', { zones: ['1', '1'] }, 'zones', /twice/),
  bad('a tag is ours', { tags: { 'Tunnelkeeper-Site': 'x' } }, 'tags.Tunnelkeeper-Site', /are ours/),
  bad(
    'two tags differ only in case',
    { tags: { Owner: 'a', owner: 'b' } },
    'tags',
    /only in upper and lower case/,
  ),
  ...['microsoft', 'Azure.team', 'WINDOWS'].map((name) =>
    bad(`a tag begins as Azure’s own do: ${name}`, { tags: { [name]: 'x' } }, `tags.${name}`, /for itself/),
  ),
  bad('a tag has 257 characters', { tags: { owner: 'x'.repeat(257) } }, 'tags.owner', /256/),
];

const wrongNetworks: readonly Bad[] = [
  bad('the network is missing', { network: undefined }, 'network', /object/),
  bad(
    'the subnet is a name',
    { network: { subnetId: 'gateways' } },
    'network.subnetId',
    /ARM id of a subnet/,
  ),
  bad(
    'the subnet is a network',
    { network: { subnetId: subnetId.replace(/\/subnets\/.*/, '') } },
    'network.subnetId',
    /subnets\/<subnet>/,
  ),
  bad(
    'the frontend is no address',
    { network: { subnetId, frontendIp: '10.0.0.256' } },
    'network.frontendIp',
    /IPv4/,
  ),
  bad(
    'a public IP is an address',
    { network: { subnetId, publicIpIds: { 1: ['203.0.113.5'] } } },
    'network.publicIpIds.1.0',
    /ARM id of a public IP/,
  ),
  bad(
    'two public IPs serve one gateway',
    { network: { subnetId, publicIpIds: { 1: [publicIpId('a'), publicIpId('b')] } } },
    'network.publicIpIds.1',
    /one address for each/,
  ),
  bad(
    'a public IP lies in a zone that is not used',
    { zones: ['2'], network: { subnetId, publicIpIds: { 1: [publicIpId('a')] } } },
    'network.publicIpIds.1',
    /zone 1/,
  ),
  bad(
    'two zones share a public IP',
    { network: { subnetId, publicIpIds: { 1: [publicIpId('a')], 2: [publicIpId('A')] } } },
    'network.publicIpIds',
    /its own address/,
  ),
  bad('a client is an address', { clients: ['10.1.0.0'] }, 'clients.0', /IPv4 prefix/),
  bad('a client is IPv6', { clients: ['2001:db8::/32'] }, 'clients.0', /IPv4 prefix/),
  bad('a prefix has host bits', { clients: ['10.1.0.1/16'] }, 'clients.0', /first address/),
  bad('everybody is a client', { clients: ['0.0.0.0/0'] }, 'clients.0', /everybody/),
  bad(
    'the platform’s address is a client',
    { clients: ['168.63.0.0/16'] },
    'clients.0',
    /168\.63\.129\.16.*leave it out/,
  ),
  bad('a prefix stands there twice', { clients: ['10.1.0.0/16', '10.1.0.0/16'] }, 'clients', /twice/),
  bad('nobody is a client', { clients: [] }, 'clients', /whole virtual network/),
];

const wrongTunnels: readonly Bad[] = [
  bad('the edge is missing', { tunnel: { edges: {} } }, 'tunnel.edges.primary', /service edge/),
  bad(
    'the edge is a URL',
    { tunnel: { edges: { primary: 'https://fra4-vpn.zscaler.net/' } } },
    'tunnel.edges.primary',
    /no scheme/,
  ),
  bad(
    'the edge has a port',
    { tunnel: { edges: { primary: 'fra4-vpn.zscaler.net:500' } } },
    'tunnel.edges.primary',
    /no port/,
  ),
  bad(
    'the edge has capitals',
    { tunnel: { edges: { primary: 'FRA4-vpn.zscaler.net' } } },
    'tunnel.edges.primary',
    /lower case/,
  ),
  bad(
    'the edge would begin another line',
    { tunnel: { edges: { primary: 'a.example\n right=%any' } } },
    'tunnel.edges.primary',
    /service edge/,
  ),
  bad(
    'the edge is an octet short',
    { tunnel: { edges: { primary: '198.51.100' } } },
    'tunnel.edges.primary',
    /IPv4/,
  ),
  bad(
    'the edge is the proxy',
    { tunnel: { edges: { primary: '185.46.212.88' } } },
    'tunnel.edges.primary',
    /VPN host/,
  ),
  bad('the routing is unknown', { tunnel: { routing: 'xfrm' } }, 'tunnel.routing', /"policy-based"/),
  bad(
    'the identity has no type',
    { tunnel: { identity: { domain: 'example.com' } } },
    'tunnel.identity.type',
    /"ufqdn"/,
  ),
  bad(
    'the UFQDN has no domain',
    { tunnel: { identity: { type: 'ufqdn' } } },
    'tunnel.identity.domain',
    /domain of your Zscaler tenant/,
  ),
  bad(
    'the UFQDN’s domain has an @',
    { tunnel: { identity: { type: 'ufqdn', domain: 'x@example.com' } } },
    'tunnel.identity.domain',
    /example\.com/,
  ),
  bad(
    'the domain has 201 characters',
    { tunnel: { identity: { type: 'ufqdn', domain: `${'a.'.repeat(99)}com` } } },
    'tunnel.identity.domain',
    /200/,
  ),
  bad('IKE asks for group 2', { tunnel: { ike: 'aes256-sha2_256;dh2' } }, 'tunnel.ike', /take dh14/),
  bad(
    'IKE asks for group 16',
    { tunnel: { ike: 'aes256-sha2_256;dh16' } },
    'tunnel.ike',
    /one of 5, 14, 19, 20, 21/,
  ),
  bad('SHA-384 comes with group 20', { tunnel: { ike: 'aes256-sha2_384;dh20' } }, 'tunnel.ike', /dh14 alone/),
  bad('SHA-512 comes with group 19', { tunnel: { ike: 'aes256-sha2_512;dh19' } }, 'tunnel.ike', /dh14 alone/),
  bad('IKE asks for AES-128', { tunnel: { ike: 'aes128-sha1;dh14' } }, 'tunnel.ike', /aes256-<hash>/),
  bad('ESP asks for 3DES', { tunnel: { esp: '3des-md5' } }, 'tunnel.esp', /null-md5/),
  bad('the PSK’s scope is unknown', { tunnel: { psk: { scope: 'fleet' } } }, 'tunnel.psk.scope', /"gateway"/),
  bad(
    'the secret’s name has an underscore',
    { tunnel: { psk: { secretPrefix: 'my_psk' } } },
    'tunnel.psk.secretPrefix',
    /hyphens/,
  ),
];

const wrongProxiesAndMachines: readonly Bad[] = [
  bad('a port is 0', { proxy: { ports: [0] } }, 'proxy.ports.0', /1 to 65535/),
  bad('a port is 65536', { proxy: { ports: [65536] } }, 'proxy.ports.0', /1 to 65535/),
  bad('a port is text', { proxy: { ports: ['9400'] } }, 'proxy.ports.0', /whole number/),
  bad('a port is the probe’s', { proxy: { ports: [8100] } }, 'proxy.ports.0', /probe/),
  bad('a port is SSH’s', { proxy: { ports: [22] } }, 'proxy.ports.0', /SSH/),
  bad('a port stands there twice', { proxy: { ports: [9400, 9400] } }, 'proxy.ports', /twice/),
  bad('there are 9 ports', { proxy: { ports: [1, 2, 3, 4, 5, 6, 7, 8, 9] } }, 'proxy.ports', /at most 8/),
  bad('there is no port', { proxy: { ports: [] } }, 'proxy.ports', /at least one/),
  bad('the proxy is a name', { proxy: { address: 'proxy.example' } }, 'proxy.address', /global proxy/),
  bad('the persistence is unknown', { proxy: { persistence: 'cookie' } }, 'proxy.persistence', /"source-ip"/),
  bad('the size has no tier', { gateway: { size: 'D2s_v5' } }, 'gateway.size', /Standard_D2s_v5/),
  bad('the image is a word', { gateway: { image: 'debian' } }, 'gateway.image', /publisher:offer/),
];

const all = [...wrongTypesAndNames, ...wrongNetworks, ...wrongTunnels, ...wrongProxiesAndMachines];

describe('readSite refuses a body and names field and mend', () => {
  test.each(all)('when $when', ({ body, field, mend }) => {
    const read = readSite(body);
    if (read.ok) throw new Error('The body was taken.');
    expect(problemCode(read.problem)).toBe('invalid-field');
    const found = read.problem.errors?.find((error) => error.field === field);
    expect({ field: read.problem.field, mend: found?.mend }).toEqual({
      field,
      mend: expect.stringMatching(mend),
    });
    expect(found?.detail).toMatch(/\.$/);
  });
});

test('readSite counts nothing when one field is wrong', () => {
  expect(readSite(aBody({ region: 'West' }))).toMatchObject({
    problem: { detail: 'region is "West", which is not valid.' },
  });
  expect(readSite(aBody({ region: undefined }))).toMatchObject({ problem: { detail: 'region is missing.' } });
});

test.each([
  { count: 40, ok: true },
  { count: 41, ok: false },
])('readSite takes $count tags: $ok', ({ count, ok }) => {
  const tags = Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag${index}`, '']));
  expect(readSite(aBody({ tags })).ok).toBe(ok);
});

test('readSite tells every field that is wrong, and counts them', () => {
  const read = readSite(aBody({ region: 'West', zones: ['9'], proxy: { ports: [22] } }));
  if (read.ok) throw new Error('The body was taken.');
  expect(read.problem.errors?.map(({ field }) => field)).toEqual(['region', 'zones.0', 'proxy.ports.0']);
  expect(read.problem).toMatchObject({
    status: 422,
    field: 'region',
    detail: 'region is "West", which is not valid. (2 more in "errors")',
  });
});

test.each([
  { when: 'it is sent in place of the object', psk: 'Correct7Horse' },
  { when: 'it is sent as the name of its secret', psk: { secretPrefix: 'Correct7Horse$' } },
  { when: 'it is sent in a field of its own', psk: { value: 'Correct7Horse' } },
])('readSite does not repeat a PSK when $when', ({ psk }) => {
  const read = readSite(aBody({ tunnel: { psk } }));
  expect(read.ok).toBe(false);
  expect(JSON.stringify(read)).not.toContain('Correct7Horse');
});

test('readSite quotes no more than 80 characters of a value', () => {
  const read = readSite(aBody({ region: 'x'.repeat(5000) }));
  expect(JSON.stringify(read).length).toBeLessThan(700);
});

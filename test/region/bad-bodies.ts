/** Which bodies and requests are wrong by themselves, and what does the answer name? */
import { subnetOf } from './start-region.js';

/** A request that is refused at once. */
export interface BadRequest {
  readonly name: string;
  readonly method?: string;
  readonly path?: string;
  readonly contentType?: string;
  /** JSON text as it is sent. */
  readonly body?: string;
  readonly status: number;
  /** No route has this path and method: the host answers by itself. */
  readonly hasNoRoute?: true;
  /** Field that the problem names, if it is about one. */
  readonly field?: string;
}

const good = {
  name: 'bad',
  region: 'westeurope',
  network: { subnetId: subnetOf('gateways') },
  tunnel: { edges: { primary: 'fra4-vpn.zscaler.net' } },
};

const body = (more: object) => JSON.stringify({ ...good, ...more });
const tunnel = (more: object) => body({ tunnel: { ...good.tunnel, ...more } });
const network = (more: object) => body({ network: { ...good.network, ...more } });
const field = (name: string, path: string, text: string): BadRequest => ({
  name,
  body: text,
  status: 422,
  field: path,
});

export const badRequests: readonly BadRequest[] = [
  { name: 'no body', body: '', status: 400 },
  { name: 'invalid JSON', body: '{"name": "hq"', status: 400 },
  { name: 'a list', body: '[]', status: 422 },
  { name: 'a text', body: '"hq"', status: 422 },
  { name: 'one megabyte', body: body({ tags: { long: 'x'.repeat(1_000_000) } }), status: 413 },
  { name: 'text as content type', contentType: 'text/plain', body: body({}), status: 415 },
  { name: 'a method that is not there', method: 'PATCH', body: body({}), status: 404, hasNoRoute: true },
  { name: 'a verb by GET', method: 'GET', path: '/captured/pause', status: 404, hasNoRoute: true },
  {
    name: 'a verb by PUT',
    method: 'PUT',
    path: '/captured/pause',
    body: '{}',
    status: 404,
    hasNoRoute: true,
  },
  { name: 'a verb that is none', path: '/captured/explode', status: 404, hasNoRoute: true },
  { name: 'a verb of gateways on a site', path: '/captured/replace', status: 404, hasNoRoute: true },
  { name: 'a verb on no site, with nonsense in its body', path: '/nobody/pause', body: '{"', status: 404 },
  { name: 'a verb on a gateway of no site', path: '/nobody/gateways/nobody-z1-1/drain', status: 404 },
  { name: 'a verb on a gateway that is none', path: '/captured/gateways/captured-z1-1/drain', status: 404 },
  { name: 'an alert by GET', method: 'GET', path: '/../alerts', status: 404, hasNoRoute: true },
  {
    name: 'an alert as a form',
    path: '/../alerts',
    contentType: 'application/x-www-form-urlencoded',
    body: 'schemaId=azureMonitorCommonAlertSchema',
    status: 415,
  },
  { name: 'a list of alerts', path: '/../alerts', body: '[]', status: 422 },
  {
    name: 'an alert of the old schema',
    path: '/../alerts',
    body: JSON.stringify({ schemaId: 'AzureMonitorMetricAlert', data: { status: 'Activated' } }),
    status: 422,
    field: 'schemaId',
  },
  { name: 'PUT of no site', method: 'PUT', path: '/bad', body: body({}), status: 404 },
  { name: 'DELETE of no site', method: 'DELETE', path: '/nowhere', status: 404 },
  field('no name', 'name', body({ name: undefined })),
  field('a name in upper case', 'name', body({ name: 'HQ' })),
  field('a name that begins with a digit', 'name', body({ name: '1st' })),
  field('a name that ends with a hyphen', 'name', body({ name: 'hq-' })),
  field('a name of one letter', 'name', body({ name: 'h' })),
  field('a name of 25 letters', 'name', body({ name: 'h'.repeat(25) })),
  field('a name that is a path', 'name', body({ name: '../hq' })),
  field('a name that is a number', 'name', body({ name: 7 })),
  field('no region', 'region', body({ region: undefined })),
  field('a region by its long name', 'region', body({ region: 'West Europe' })),
  field('no subnet', 'network.subnetId', body({ network: {} })),
  field('a subnet by its name', 'network.subnetId', network({ subnetId: 'gateways' })),
  field('a frontend that is no address', 'network.frontendIp', network({ frontendIp: '10.1.4.300' })),
  field('no edge', 'tunnel.edges.primary', body({ tunnel: { edges: {} } })),
  field(
    'an edge that is a URL',
    'tunnel.edges.primary',
    body({ tunnel: { edges: { primary: 'https://fra4-vpn.zscaler.net/' } } }),
  ),
  field(
    'an edge with a port',
    'tunnel.edges.primary',
    body({ tunnel: { edges: { primary: 'fra4-vpn.zscaler.net:500' } } }),
  ),
  field(
    'an edge with a line of configuration',
    'tunnel.edges.primary',
    body({ tunnel: { edges: { primary: 'a.example\n  authby=never' } } }),
  ),
  field(
    'a secondary edge, policy-based',
    'tunnel.edges.secondary',
    tunnel({
      edges: { primary: 'fra4-vpn.zscaler.net', secondary: 'ams2-2-vpn.zscaler.net' },
      routing: 'policy-based',
    }),
  ),
  field('an unknown routing', 'tunnel.routing', tunnel({ routing: 'bgp' })),
  field('a UFQDN without a domain', 'tunnel.identity.domain', tunnel({ identity: { type: 'ufqdn' } })),
  field(
    'a UFQDN whose domain has an @',
    'tunnel.identity.domain',
    tunnel({ identity: { type: 'ufqdn', domain: 'a@example.com' } }),
  ),
  field('an IKE proposal that Zscaler refuses', 'tunnel.ike', tunnel({ ike: '3des-md5;modp1024' })),
  field('an ESP proposal that is none', 'tunnel.esp', tunnel({ esp: 'rot13' })),
  field(
    'a secret prefix with a slash',
    'tunnel.psk.secretPrefix',
    tunnel({ psk: { secretPrefix: 'psk/hq' } }),
  ),
  field('zones as numbers', 'zones.0', body({ zones: [1] })),
  field('no zone at all', 'zones', body({ zones: [] })),
  field('a zone twice', 'zones', body({ zones: ['1', '1'] })),
  field('five gateways a zone', 'gatewaysPerZone', body({ gatewaysPerZone: 5 })),
  field('half a gateway', 'gatewaysPerZone', body({ gatewaysPerZone: 0.5 })),
  field('a client that is no prefix', 'clients.0', body({ clients: ['office'] })),
  field('a client prefix with host bits', 'clients.0', body({ clients: ['10.1.0.1/16'] })),
  field('everybody as client', 'clients.0', body({ clients: ['0.0.0.0/0'] })),
  field('port 0', 'proxy.ports.0', body({ proxy: { ports: [0] } })),
  field('port 70000', 'proxy.ports.0', body({ proxy: { ports: [70000] } })),
  field('a port twice', 'proxy.ports', body({ proxy: { ports: [80, 80] } })),
  field('the probe’s own port', 'proxy.ports.0', body({ proxy: { ports: [8100] } })),
  field('a password in the tags’ place', 'tags', body({ tags: 'secret' })),
  field('a tag of ours', 'tags.tunnelkeeper-site', body({ tags: { 'tunnelkeeper-site': 'other' } })),
  field('an unknown field', 'gatewayPerZone', body({ gatewayPerZone: 2 })),
  field('an unknown field deep inside', 'tunnel.ikeLifetime', tunnel({ ikeLifetime: 1 })),
  field('a PSK in the body', 'tunnel.psk.value', tunnel({ psk: { value: 'abc' } })),
  field(
    'a freeze that ends before it begins',
    'remediation.freeze.0',
    body({ remediation: { freeze: [{ from: '2026-12-27T00:00:00Z', to: '2026-12-20T00:00:00Z' }] } }),
  ),
  field(
    'a window that never opens',
    'rotation.window',
    body({ rotation: { everyDays: 30, window: '02:00-02:00' } }),
  ),
  field(
    'a time zone that nobody has',
    'rotation.timeZone',
    body({ rotation: { everyDays: 30, timeZone: 'Europe/Bonn' } }),
  ),
  field(
    'Netdata for everybody',
    'monitoring.netdata.from.0',
    body({ monitoring: { netdata: { from: ['0.0.0.0/0'] } } }),
  ),
  field(
    'Netdata’s own port as the proxy’s',
    'proxy.ports',
    body({ monitoring: { netdata: { from: ['10.9.0.0/24'] } }, proxy: { ports: [19_999] } }),
  ),
  field('an image without a version', 'gateway.image', body({ gateway: { image: 'Debian:debian-12' } })),
  field('a subscription that is no GUID', 'subscriptionId', body({ subscriptionId: 'mine' })),
];

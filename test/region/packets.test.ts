/** Which packets reach the gateways of a site that was really built? */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { OutsidePacket, SentPacket } from '../../infra/local/cloud/packet-filter.js';
import type { Resource } from '../../infra/local/cloud/resources.js';
import type { Decision, Packet } from '../../infra/local/cloud/security-rules.js';
import { siteSpec, TestRegion } from './start-region.js';

jest.setTimeout(120_000);

let region: TestRegion;
let publicIp: string;
let privateIp: string;
let networkInterface: Resource;

const stranger = '198.51.100.7';
const edge = '198.51.101.10';

beforeAll(async () => {
  region = await TestRegion.start({ seed: 11 });
  await region.api.request(siteSpec('hq', { zones: ['1'] }));
  const { observed } = await region.until('hq', ({ phase }) => phase === 'serving', 6000);
  const [gateway] = observed.gateways;
  publicIp = gateway?.publicIp ?? '';
  privateIp = gateway?.privateIp ?? '';
  const resources = await region.call<readonly Resource[]>('region.cloud.resources');
  const found = resources.find(({ name }) => name === 'nic-hq-z1-1');
  if (found === undefined) throw new Error('The gateway has no interface.');
  networkInterface = found;
});

afterAll(() => region.close());

const arrive = (packet: Omit<OutsidePacket, 'publicIp'>) =>
  region.call<Decision>('region.cloud.filter.arrive', { ...packet, publicIp });

test.each([
  { what: 'a request to the proxy port', protocol: 'Tcp' as const, sourcePort: 40_000, port: 9400 },
  { what: 'a request to the health port', protocol: 'Tcp' as const, sourcePort: 40_000, port: 8100 },
  { what: 'SSH', protocol: 'Tcp' as const, sourcePort: 40_000, port: 22 },
  { what: 'IKE that the gateway hasn’t begun', protocol: 'Udp' as const, sourcePort: 500, port: 500 },
  { what: 'NAT-T that the gateway hasn’t begun', protocol: 'Udp' as const, sourcePort: 4500, port: 4500 },
  { what: 'ESP that the gateway hasn’t begun', protocol: 'Esp' as const, sourcePort: 0, port: 0 },
])('$what from the internet is denied', async ({ protocol, sourcePort, port }) => {
  const packet = { protocol, sourceIp: stranger, sourcePort, destinationPort: port };
  expect(await arrive(packet)).toEqual({ access: 'Deny', rule: 'nothing-else' });
});

test.each([
  { what: 'IKE', protocol: 'Udp' as const, port: 500 },
  { what: 'NAT-T', protocol: 'Udp' as const, port: 4500 },
  { what: 'ESP', protocol: 'Esp' as const, port: 0 },
])('answers of $what come in once the gateway has begun it', async ({ protocol, port }) => {
  const sent: SentPacket = { protocol, sourcePort: port, destinationIp: edge, destinationPort: port };
  expect(await region.call('region.cloud.filter.leave', networkInterface, sent)).toMatchObject({
    access: 'Allow',
  });
  const answer = { protocol, sourceIp: edge, sourcePort: port, destinationPort: port };
  expect(await arrive(answer)).toMatchObject({ access: 'Allow' });
});

test.each([
  { what: 'a probe', sourceIp: '168.63.129.16', port: 8100, access: 'Allow', rule: 'probe' },
  { what: 'a client', sourceIp: '10.1.5.10', port: 9400, access: 'Allow', rule: 'clients' },
  {
    what: 'a client at the health port',
    sourceIp: '10.1.5.10',
    port: 8100,
    access: 'Deny',
    rule: 'nothing-else',
  },
])('the packet of $what meets the rule $rule', async ({ sourceIp, port, access, rule }) => {
  const packet: Packet = {
    ...{ direction: 'Inbound', protocol: 'Tcp', sourceIp, sourcePort: 40_000 },
    ...{ destinationIp: privateIp, destinationPort: port },
  };
  expect(await region.call('region.cloud.filter.decide', networkInterface, packet)).toEqual({ access, rule });
});

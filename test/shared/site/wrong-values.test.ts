/** Are addresses that lead nowhere refused, and wrong types mended in words of ours? */
import { describe, expect, test } from '@jest/globals';
import { readSite } from '../../../shared/site/read-site.js';
import { siteSchema } from '../../../shared/site/site.js';
import { aBody } from './helpers/bodies.js';

describe('readSite refuses a proxy that no request through the tunnel reaches', () => {
  test.each([
    { address: '168.63.129.16', what: 'Azure’s platform' },
    { address: '127.0.0.1', what: 'loopback' },
    { address: '169.254.169.254', what: 'the metadata service' },
    { address: '224.0.0.1', what: 'multicast' },
    { address: '255.255.255.255', what: 'broadcast' },
    { address: '0.0.0.0', what: 'no address' },
  ])('$what: $address', ({ address }) => {
    const read = readSite(aBody({ proxy: { address } }));
    expect(read).toMatchObject({ ok: false, problem: { field: 'proxy.address' } });
  });

  test.each(['185.46.212.88', '126.255.255.255', '168.63.129.17', '223.255.255.255', '10.0.0.9'])(
    'but takes %s',
    (address) => {
      expect(readSite(aBody({ proxy: { address } })).ok).toBe(true);
    },
  );
});

describe('readSite mends a wrong type in words of ours', () => {
  const paths = [
    'name region resourceGroup subscriptionId zones gatewaysPerZone clients farSide paused protected tags',
    'network network.subnetId network.frontendIp network.publicIpIds network.publicIpIds.1',
    'tunnel tunnel.edges tunnel.edges.primary tunnel.edges.secondary tunnel.routing tunnel.identity',
    'tunnel.identity.type tunnel.ike tunnel.esp tunnel.psk tunnel.psk.scope tunnel.psk.secretPrefix',
    'proxy proxy.address proxy.ports proxy.masquerade proxy.persistence tags.owner',
    'gateway gateway.size gateway.image gateway.encryptionAtHost monitoring monitoring.alertRules',
    'monitoring.netdata monitoring.netdata.from remediation remediation.mode remediation.maxUnavailable',
    'remediation.replacementsPerDay remediation.freeze rotation rotation.everyDays rotation.window',
    'rotation.timeZone',
  ].flatMap((line) => line.split(' '));
  // Of a type that the field hasn't, or out of its range; some fit some fields.
  const values = [
    null,
    -1,
    1.5,
    1e9,
    '',
    '#',
    true,
    [],
    [null],
    [[]],
    [{}],
    [{ from: 1, to: '' }],
    { type: 'ufqdn' },
  ];

  const nested = (path: string, value: unknown): unknown =>
    path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);

  test('at every field of the schema', () => {
    const tops = new Set(paths.map((path) => path.split('.')[0]));
    expect([...tops].sort()).toEqual(Object.keys(siteSchema.shape).sort());
  });

  test.each(paths)('%s', (path) => {
    // Seen: 'Invalid input: expected boolean, received string' as what a person should do.
    const mends = values.flatMap((value) => {
      const read = readSite({ ...aBody(), ...(nested(path, value) as object) }); // a path has at least one key
      return read.ok ? [] : (read.problem.errors ?? []).map(({ mend }) => mend);
    });
    expect(mends.length).toBeGreaterThan(values.length / 2);
    expect(mends.filter((mend) => /^(Invalid|Too |Unrecognized|[a-z])|expected/.test(mend))).toEqual([]);
  });
});

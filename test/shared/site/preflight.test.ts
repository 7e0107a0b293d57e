/** What speaks against building, and does each refusal name the field and the mend? */
import { describe, expect, test } from '@jest/globals';
import { desiredSlots } from '../../../shared/site/desired-site.js';
import type { Surroundings } from '../../../shared/site/observed-site.js';
import type { Missing } from '../../../shared/site/missing.js';
import { preflight } from '../../../shared/site/preflight.js';
import { failure, problem, success } from '../../../shared/site/problem.js';
import { publicIpId, subnetId } from './helpers/bodies.js';
import { aSite, goodOffer, goodSubnet, goodSurroundings } from './helpers/builders.js';

const untouched: Missing = {
  slots: desiredSlots(aSite(), ['1', '2', '3']),
  standing: [],
  machines: 3,
  addresses: 3,
  networkInterfaces: 3,
  hasLoadBalancer: false,
};

const judge = (around: Partial<Surroundings>, spec = {}) =>
  preflight(aSite(spec), goodSurroundings(around), untouched).map((objection) => objection.problem);

const secretsOf = (state: object) => ({
  secrets: [success({ name: 'psk-hq', ...state })] as Surroundings['secrets'], // every test gives one of its states
});

test('preflight finds nothing when everything is there', () => {
  expect(judge({})).toEqual([]);
});

interface Refusal {
  readonly when: string;
  readonly around: Partial<Surroundings>;
  readonly spec?: object;
  readonly code: string;
  readonly field: string;
  readonly detail: RegExp;
  readonly mend: RegExp;
}

const refusals: readonly Refusal[] = [
  {
    when: 'the subnet does not exist',
    around: { subnet: failure(problem('gone', 'Azure would not read network vnet-hub.')) },
    code: 'subnet-unusable',
    field: 'network.subnetId',
    detail: /vnet-hub\/subnets\/gateways was not found/,
    mend: /exists and that Tunnelkeeper may read/,
  },
  {
    when: 'the subnet lies elsewhere',
    around: { subnet: success(goodSubnet({ region: 'northeurope' })) },
    code: 'subnet-unusable',
    field: 'network.subnetId',
    detail: /northeurope, the site in westeurope/,
    mend: /set region to northeurope/,
  },
  {
    when: 'a route captures 0.0.0.0/0',
    around: {
      subnet: success(
        goodSubnet({
          defaultRoute: {
            kind: 'captured',
            routeTable: 'rt-hub',
            route: 'all',
            nextHop: 'VirtualAppliance 10.9.0.4',
          },
        }),
      ),
    },
    code: 'default-route-captured',
    field: 'network.subnetId',
    detail: /Route all of rt-hub sends 0\.0\.0\.0\/0 to VirtualAppliance 10\.9\.0\.4/,
    mend: /next hop Internet/,
  },
  {
    when: 'a hub may capture 0.0.0.0/0',
    around: { subnet: success(goodSubnet({ defaultRoute: { kind: 'may-be-captured', peering: 'vhub-1' } })) },
    code: 'default-route-captured',
    field: 'network.subnetId',
    detail: /peered with vhub-1, whose hub may announce/,
    mend: /next hop Internet/,
  },
  {
    when: 'the size is not offered',
    around: { offer: success(goodOffer({ isOffered: false })) },
    code: 'size-unavailable',
    field: 'gateway.size',
    detail: /Standard_D2s_v5 is not offered in westeurope/,
    mend: /another size/,
  },
  {
    when: 'a wanted zone is not offered',
    around: { offer: success(goodOffer({ zones: ['1', '3'] })) },
    spec: { zones: ['1', '2'] },
    code: 'zone-unavailable',
    field: 'zones',
    detail: /zones 1, 3 of westeurope, not zone 2/,
    mend: /Leave these zones out/,
  },
  {
    when: 'no zone is offered at all',
    around: { offer: success(goodOffer({ zones: [] })) },
    code: 'zone-unavailable',
    field: 'zones',
    detail: /no zone of westeurope/,
    mend: /another size or region/,
  },
  {
    when: 'the size has no encryption at host',
    around: { offer: success(goodOffer({ encryptionAtHost: false })) },
    spec: { gateway: { encryptionAtHost: true } },
    code: 'size-unavailable',
    field: 'gateway.encryptionAtHost',
    detail: /no encryption at host/,
    mend: /leave it off/,
  },
  {
    when: 'the image does not exist',
    around: { image: success({ exists: false }) },
    code: 'image-not-found',
    field: 'gateway.image',
    detail: /Debian:debian-12:12-gen2:latest was not found/,
    mend: /az vm image list/,
  },
  {
    when: 'the secret is missing',
    around: secretsOf({ state: 'missing' }),
    code: 'secret-missing',
    field: 'tunnel.psk.secretPrefix',
    detail: /no secret psk-hq/,
    mend: /Store the PSK as secret psk-hq: 8 to 255/,
  },
  {
    when: 'the secret is disabled',
    around: secretsOf({ state: 'disabled' }),
    code: 'secret-disabled',
    field: 'tunnel.psk.secretPrefix',
    detail: /psk-hq is disabled/,
    mend: /Enable/,
  },
  {
    when: 'the secret has other characters',
    around: secretsOf({ state: 'unusable', version: 'v1', because: 'characters' }),
    code: 'secret-unusable',
    field: 'tunnel.psk.secretPrefix',
    detail: /v1 of secret psk-hq has characters other than letters and digits/,
    mend: /enter the same at Zscaler/,
  },
  {
    when: 'the secret is too short or too long',
    around: secretsOf({ state: 'unusable', version: 'v1', because: 'length' }),
    code: 'secret-unusable',
    field: 'tunnel.psk.secretPrefix',
    detail: /not 8 to 255 characters/,
    mend: /8 to 255 letters and digits/,
  },
  {
    when: 'the frontend’s address is in use',
    around: {
      frontendIp: success({ isFree: false, freeOnes: ['10.0.1.7', '10.0.1.8', '10.0.1.9', '10.0.1.10'] }),
    },
    spec: { network: { subnetId, frontendIp: '10.0.1.6' } },
    code: 'address-in-use',
    field: 'network.frontendIp',
    detail: /10\.0\.1\.6 is in use/,
    mend: /such as 10\.0\.1\.7, 10\.0\.1\.8, 10\.0\.1\.9, or leave it out/,
  },
];

describe('preflight refuses', () => {
  test.each(refusals)('when $when', ({ around, spec, code, field, detail, mend }) => {
    const [found, ...others] = judge(around, spec);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ type: `/problems/${code}`, field, retryable: false });
    expect(found?.detail).toMatch(detail);
    expect(found?.mend).toMatch(mend);
  });
});

test('preflight passes on what could not be looked at, and tells all that is wrong at once', () => {
  const throttled = problem('throttled', 'Azure would not read the sizes.', { retryable: true });
  const found = judge({
    offer: failure(throttled),
    image: success({ exists: false }),
    ...secretsOf({ state: 'missing' }),
  });
  expect(found.map(({ type, retryable }) => [type, retryable])).toEqual([
    ['/problems/throttled', true],
    ['/problems/image-not-found', false],
    ['/problems/secret-missing', false],
  ]);
});

describe('preflight holds up', () => {
  const bySlot = { tunnel: { psk: { scope: 'gateway' } } };
  const twoAddresses = { network: { subnetId, publicIpIds: { 1: [publicIpId('a')], 3: [publicIpId('b')] } } };
  const lost = failure<never>(problem('gone', 'Not there.'));
  const isThere = success({
    id: publicIpId('a'),
    region: 'westeurope',
    zones: ['1'],
    isStandardStatic: true,
  });
  test.each([
    {
      what: 'zone 2, whose secret is missing',
      spec: bySlot,
      around: { secrets: [success({ name: 'psk-hq-z2-1', state: 'missing' as const })] },
      slots: ['hq-z2-1'],
    },
    {
      what: 'every gateway that shares a missing secret',
      spec: {},
      around: { secrets: [success({ name: 'psk-hq', state: 'missing' as const })] },
      slots: ['hq-z1-1', 'hq-z2-1', 'hq-z3-1'],
    },
    {
      what: 'zone 2, where the size is not offered',
      spec: { zones: ['1', '2', '3'] },
      around: { offer: success(goodOffer({ zones: ['1', '3'] })) },
      slots: ['hq-z2-1'],
    },
    {
      what: 'zone 3, whose existing address is gone',
      spec: twoAddresses,
      around: { foreignAddresses: [isThere, lost] },
      slots: ['hq-z3-1'],
    },
    {
      what: 'the whole site when the subnet cannot be used',
      spec: {},
      around: { subnet: success(goodSubnet({ region: 'northeurope' })) },
      slots: undefined,
    },
    {
      what: 'the whole site when the size is offered in no zone',
      spec: {},
      around: { offer: success(goodOffer({ zones: [] })) },
      slots: undefined,
    },
  ])('$what', ({ spec, around, slots }) => {
    const site = aSite(spec);
    const missing = { ...untouched, slots: desiredSlots(site, ['1', '2', '3']) };
    const objections = preflight(site, goodSurroundings(around), missing);
    expect(objections.map((objection) => objection.slots)).toStrictEqual([slots]);
  });

  test('nobody for the secret of a zone that the site does not use', () => {
    const site = aSite({ zones: ['1'], ...bySlot });
    const around = { secrets: [success({ name: 'psk-hq-z2-1', state: 'disabled' as const })] };
    const missing = { ...untouched, slots: desiredSlots(site, ['1']) };
    expect(preflight(site, goodSurroundings(around), missing)).toEqual([]);
  });
});

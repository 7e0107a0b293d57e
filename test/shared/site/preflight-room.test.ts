/** Is there room: cores, addresses, the addresses that a site names itself? */
import { describe, expect, test } from '@jest/globals';
import { desiredSlots } from '../../../shared/site/desired-site.js';
import type { ObservedForeignAddress, Surroundings } from '../../../shared/site/observed-site.js';
import type { Missing } from '../../../shared/site/missing.js';
import { preflight } from '../../../shared/site/preflight.js';
import { failure, problem, success } from '../../../shared/site/problem.js';
import { publicIpId, subnetId } from './helpers/bodies.js';
import { aSite, goodSubnet, goodSurroundings } from './helpers/builders.js';

const untouched: Missing = {
  slots: desiredSlots(aSite(), ['1', '2', '3']),
  standing: [],
  machines: 3,
  addresses: 3,
  networkInterfaces: 3,
  hasLoadBalancer: false,
};

const judge = (around: Partial<Surroundings>, spec = {}, missing: Partial<Missing> = {}) =>
  preflight(aSite(spec), goodSurroundings(around), { ...untouched, ...missing }).map(
    (objection) => objection.problem,
  );

describe('preflight counts', () => {
  const cores = (free: number): Partial<Surroundings> => ({
    coreQuotas: success([{ name: 'Total Regional vCPUs', limit: 50, used: 50 - free }]),
  });
  const addresses = (free: number): Partial<Surroundings> => ({
    publicIpQuota: success({ name: 'Public IP Addresses', limit: 20, used: 20 - free }),
  });
  const room = (freeAddresses: number): Partial<Surroundings> => ({
    subnet: success(goodSubnet({ freeAddresses })),
  });
  const repair: Partial<Missing> = { machines: 1, addresses: 1, networkInterfaces: 1, hasLoadBalancer: true };

  test.each([
    { what: 'cores for 3 machines and a spare', around: cores(8), found: [] },
    { what: 'one core too few', around: cores(7), found: ['gateway.size'] },
    { what: 'addresses for 3 machines and a spare', around: addresses(4), found: [] },
    { what: 'one public address too few', around: addresses(3), found: ['gatewaysPerZone'] },
    { what: 'room for 3 interfaces, the balancer and a spare', around: room(5), found: [] },
    { what: 'one private address too few', around: room(4), found: ['network.subnetId'] },
    // Seen: a lost gateway did not come back where the quota had room for it, but for no spare.
    { what: 'cores for the one that was lost', around: cores(2), missing: repair, found: [] },
    { what: 'no core for the one that was lost', around: cores(1), missing: repair, found: ['gateway.size'] },
    { what: 'an address for the one that was lost', around: addresses(1), missing: repair, found: [] },
    { what: 'room for the one that was lost', around: room(1), missing: repair, found: [] },
    {
      what: 'no room for the one that was lost',
      around: room(0),
      missing: repair,
      found: ['network.subnetId'],
    },
    {
      what: 'cores that are overdrawn, when only an address is missing',
      around: cores(-2),
      missing: { ...repair, machines: 0 },
      found: [],
    },
    {
      what: 'nothing at all, when nothing is missing',
      around: { ...cores(-2), ...addresses(-1), ...room(-1) },
      missing: { machines: 0, addresses: 0, networkInterfaces: 0, hasLoadBalancer: true },
      found: [],
    },
  ])('$what', ({ around, missing, found }) => {
    expect(judge(around, {}, missing).map(({ field }) => field)).toEqual(found);
  });

  test('and tells how much is used, needed, and to ask for', () => {
    expect(judge(cores(7))[0]).toMatchObject({
      type: '/problems/quota-exceeded',
      detail: 'Total Regional vCPUs in westeurope: 43 of 50 used, 8 more needed (one spare included).',
      mend: 'Ask Azure to raise the quota "Total Regional vCPUs" to 51 or more.',
    });
  });
});

describe('preflight judges the addresses that the site names', () => {
  const id = publicIpId('mine');
  const spec = { zones: ['1'], network: { subnetId, publicIpIds: { 1: [id] } } };
  const slots = desiredSlots(aSite(spec), ['1']);
  const judgeAddress = (change: Partial<ObservedForeignAddress>) =>
    judge(
      {
        foreignAddresses: [
          success({
            id: id.toUpperCase(),
            region: 'westeurope',
            zones: ['1'],
            isStandardStatic: true,
            ...change,
          }),
        ],
      },
      spec,
      { slots, addresses: 0, machines: 1, networkInterfaces: 1 },
    );
  const nic = (name: string) =>
    `/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/networkInterfaces/${name}`;

  test.each([
    { when: 'it is free', change: {} },
    {
      when: 'the slot’s own interface holds it',
      change: { usedBy: `${nic('nic-hq-z1-1')}/ipConfigurations/primary` },
    },
    { when: 'it spans the zones', change: { zones: ['1', '2', '3'] } },
  ])('and takes one when $when', ({ change }) => {
    expect(judgeAddress(change)).toEqual([]);
  });

  test.each([
    {
      when: 'another interface holds it',
      change: { usedBy: `${nic('nic-hq-z1-10')}/ipConfigurations/primary` },
      code: 'address-in-use',
      mend: /free/,
    },
    {
      when: 'it lies in another zone',
      change: { zones: ['2'] },
      code: 'invalid-field',
      mend: /of this zone/,
    },
    {
      when: 'it lies in another region',
      change: { region: 'northeurope' },
      code: 'invalid-field',
      mend: /of this zone/,
    },
    {
      when: 'it is Basic or dynamic',
      change: { isStandardStatic: false },
      code: 'invalid-field',
      mend: /SKU Standard/,
    },
  ])('and refuses one when $when', ({ change, code, mend }) => {
    const [found] = judgeAddress(change);
    expect(found).toMatchObject({ type: `/problems/${code}`, field: 'network.publicIpIds.1' });
    expect(found?.mend).toMatch(mend);
  });

  test('and names the field when one can’t be read', () => {
    const why = problem('gone', 'Azure would not read public IP mine.', {
      mend: 'Look whether somebody deleted it.',
    });
    const [found] = judge({ foreignAddresses: [failure(why)] }, spec, { slots, addresses: 0 });
    expect(found).toMatchObject({ type: '/problems/gone', field: 'network.publicIpIds', mend: why.mend });
  });
});

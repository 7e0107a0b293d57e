/** What stays, what is open again, and what can't change when a standing site gets another spec? */
import { expect, test } from '@jest/globals';
import { changeSite } from '../../../shared/site/change-site.js';
import { withoutField } from '../../../shared/site/without-field.js';
import type { SiteRecord } from '../../../shared/site/site-record.js';
import { publicIpId, subnetId } from './helpers/bodies.js';
import { aSite, anAttempt, atSeconds, noon } from './helpers/builders.js';
import { aServingRecord } from './helpers/serving.js';

const at = atSeconds(60).toISOString();
const about = { by: 'ann', at: noon.toISOString() };

function changed(record: SiteRecord, spec: Readonly<Record<string, unknown>>): SiteRecord {
  const outcome = changeSite(record, aSite(spec), at);
  if (!outcome.ok) throw new Error(outcome.problem.detail);
  return outcome.value;
}

test('changeSite keeps all that was observed, tried and ordered', () => {
  const record = aServingRecord(
    {},
    {
      attempts: [anAttempt('vm-hq-z1-1', 'conflict')],
      orders: { 'hq-z1-1': { protect: about } },
      rotationWanted: about,
      remedies: { 'hq-z2-1': { cause: 'tunnel-down', since: at, tries: [] } },
      secretsInUse: { 'psk-hq': { version: 'v1', since: at } },
      frontendIp: '10.0.1.4',
      run: { id: 'r', startedAt: at },
      told: { x: 'y' },
    },
  );
  const { spec, revision, lookAt, ...kept } = changed(record, {
    zones: ['1', '2'],
    proxy: { ports: [9443] },
  });
  expect(record).toMatchObject(kept);
  expect(Object.keys(kept).length).toBe(Object.keys(record).length - 3);
  expect({ ports: spec.proxy.ports, revision, lookAt }).toEqual({ ports: [9443], revision: 2, lookAt: at });
});

const open = { zones: undefined };
const looked = { zones: ['1', '2', '3'], clients: ['10.0.0.0/16'], acceleratedNetworking: true } as const;

test.each([
  { when: 'neither names zones nor clients', before: open, now: open, resolved: looked },
  {
    when: 'zones are named now',
    before: open,
    now: { zones: ['1', '2'] },
    resolved: { ...looked, zones: ['1', '2'] },
  },
  {
    when: 'zones grow',
    before: { zones: ['1'] },
    now: { zones: ['1', '3'] },
    resolved: { ...looked, zones: ['1', '3'] },
  },
  { when: 'zones are left open again', before: { zones: ['1'] }, now: open, resolved: undefined },
  {
    when: 'clients are named now',
    before: open,
    now: { ...open, clients: ['10.9.0.0/16'] },
    resolved: { ...looked, clients: ['10.9.0.0/16'] },
  },
  {
    when: 'clients are left open again',
    before: { ...open, clients: ['10.9.0.0/16'] },
    now: open,
    resolved: undefined,
  },
  {
    when: 'the size changes',
    before: open,
    now: { ...open, gateway: { size: 'Standard_D4s_v5' } },
    resolved: undefined,
  },
])('changeSite resolves what is open when $when', ({ before, now, resolved }) => {
  expect(changed(aServingRecord(before, { resolved: looked }), now).resolved).toEqual(resolved);
});

test('changeSite resolves nothing that never was', () => {
  const record = withoutField(aServingRecord(open), 'resolved');
  expect(changed(record, { zones: ['1'] })).not.toHaveProperty('resolved');
});

const ids = { '1': [publicIpId('a')], '2': [publicIpId('b')] };

test.each([
  { field: 'name', spec: { name: 'branch' } },
  { field: 'region', spec: { region: 'northeurope' } },
  { field: 'resourceGroup', spec: { resourceGroup: 'rg-other' } },
  { field: 'subscriptionId', spec: { subscriptionId: '99999999-2222-4333-8444-555555555555' } },
  { field: 'network.subnetId', spec: { network: { subnetId: `${subnetId}-2` } } },
  { field: 'network.frontendIp', spec: { network: { subnetId, frontendIp: '10.0.1.9' } } },
  { field: 'network.publicIpIds', spec: { network: { subnetId, publicIpIds: ids } } },
])('changeSite refuses another $field, and says what to do', ({ field, spec }) => {
  const refused = changeSite(aServingRecord(), aSite({ zones: ['1', '2'], ...spec }), at);
  expect(refused).toMatchObject({
    ok: false,
    problem: { type: '/problems/field-fixed', status: 422, field },
  });
  expect(refused.ok || refused.problem.mend).toBeTruthy();
});

test('changeSite names every field that can’t change', () => {
  const refused = changeSite(
    aServingRecord(),
    aSite({ region: 'northeurope', resourceGroup: 'rg-other' }),
    at,
  );
  expect(refused).toMatchObject({
    ok: false,
    problem: { errors: [{ field: 'region' }, { field: 'resourceGroup' }] },
  });
});

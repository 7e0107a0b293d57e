/** Who fails, and what speaks against an edge? */
import { expect, test } from '@jest/globals';
import { fleetView } from '../../../shared/site/fleet-view.js';
import type { GatewayActivity, GatewayStatus } from '../../../shared/site/site-record.js';
import type { Cause } from '../../../shared/site/remedy.js';
import { aRecord, aSlot, noon } from './helpers/builders.js';

const aStatus = (doing: GatewayActivity, cause?: Cause): GatewayStatus => ({
  slot: aSlot('1'),
  zone: '1',
  doing,
  since: noon.toISOString(),
  because: 'x',
  ...(cause === undefined ? {} : { cause }),
});

test.each<{ doing: GatewayActivity; cause?: Cause; failing: number; up: number; down: number }>([
  { doing: 'serving', failing: 0, up: 1, down: 0 },
  { doing: 'serving', cause: 'healthy', failing: 0, up: 1, down: 0 },
  { doing: 'serving', cause: 'service-edge-down', failing: 0, up: 0, down: 1 },
  { doing: 'setting-up', cause: 'starting', failing: 0, up: 0, down: 0 },
  { doing: 'creating-machine', failing: 0, up: 0, down: 0 },
  { doing: 'changing', cause: 'config-drift', failing: 0, up: 0, down: 0 },
  { doing: 'drained', cause: 'secret-newer', failing: 0, up: 0, down: 0 },
  { doing: 'broken', cause: 'tunnel-down', failing: 1, up: 0, down: 1 },
  { doing: 'mending', cause: 'proxy-dead', failing: 1, up: 0, down: 1 },
  { doing: 'broken', cause: 'cannot-tell', failing: 1, up: 0, down: 0 },
  { doing: 'mending', cause: 'config-drift', failing: 1, up: 0, down: 0 },
  { doing: 'suspended', failing: 1, up: 0, down: 0 },
  { doing: 'stopped', cause: 'vm-stopped', failing: 1, up: 0, down: 0 },
  { doing: 'creating-machine', cause: 'vm-missing', failing: 1, up: 0, down: 0 },
])('fleetView counts a gateway when it is $doing for $cause', ({ doing, cause, failing, up, down }) => {
  const view = fleetView([aRecord({}, { gateways: [aStatus(doing, cause)] })]);
  expect(view).toEqual({ gateways: 1, failing, edges: { 'fra4-vpn.zscaler.net': { up, down } } });
});

test('fleetView sums by edge, and leaves out sites that go', () => {
  const gateways = [aStatus('serving')];
  const other = { tunnel: { edges: { primary: 'ams2-2-vpn.zscaler.net' } } };
  const view = fleetView([
    aRecord({}, { gateways }),
    aRecord({ name: 'other' }, { gateways }),
    aRecord(other, { gateways: [aStatus('broken', 'tunnel-down')] }),
    aRecord({}, { gateways, wanted: 'absent' }),
  ]);
  expect(view).toEqual({
    gateways: 3,
    failing: 1,
    edges: { 'fra4-vpn.zscaler.net': { up: 2, down: 0 }, 'ams2-2-vpn.zscaler.net': { up: 0, down: 1 } },
  });
});

test('fleetView of nothing is nothing', () => {
  expect(fleetView([])).toEqual({ gateways: 0, failing: 0, edges: {} });
});

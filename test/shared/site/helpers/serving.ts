/** What does the row of a built site look like? Two zones, a gateway each, both serving. */
import { slotId, type Zone } from '../../../../shared/site/ids.js';
import type { GatewayStatus, SiteRecord } from '../../../../shared/site/site-record.js';
import { aRecord, atSeconds, noon } from './builders.js';

/** The record of a site that serves in zones 1 and 2, with what a test changes. */
export function aServingRecord(
  spec: Readonly<Record<string, unknown>> = {},
  changes: Partial<SiteRecord> = {},
): SiteRecord {
  const record = aRecord({ zones: ['1', '2'], ...spec });
  const gateways = (['1', '2'] as const).map((zone) => aServingGateway(record, zone));
  return {
    ...record,
    phase: 'serving',
    gateways,
    generations: Object.fromEntries(gateways.map(({ slot }) => [slot, 1])),
    lookAt: atSeconds(600).toISOString(),
    resolved: { zones: ['1', '2'], clients: ['10.0.0.0/16'], acceleratedNetworking: true },
    ...changes,
  };
}

/** A gateway of the first generation that is told to serve since an hour before noon. */
export function aServingGateway(
  { name }: Pick<SiteRecord, 'name'>,
  zone: Zone,
  changes: Partial<GatewayStatus> = {},
): GatewayStatus {
  const slot = slotId(name, zone, 1);
  return {
    slot,
    zone,
    doing: 'serving',
    since: new Date(noon.getTime() - 3600_000).toISOString(),
    because: 'A request through the tunnel succeeded.',
    virtualMachine: `vm-${slot}-g1`,
    privateIp: `10.0.1.${zone}`,
    ...changes,
  };
}

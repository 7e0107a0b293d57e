/** How does the whole fleet do, as its rows tell? */
import { fleetView, type FleetView } from '../site/fleet-view.js';
import { listSiteRows } from './sites.js';

/** Reads all rows and sums them up; a row that can't be read counts as no site. */
export async function lookAtFleet(): Promise<FleetView> {
  const { rows } = await listSiteRows();
  return fleetView(rows.map(({ record }) => record));
}

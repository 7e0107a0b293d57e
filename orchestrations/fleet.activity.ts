/** How does the fleet do, and may one more gateway be mended? Seats are taken before anything is begun. */
import { deployment } from '../shared/azure/settings.js';
import { lookAtFleet as look } from '../shared/store/fleet.js';
import { giveSeatBack, takeSeat } from '../shared/store/leases.js';
import type { FleetView } from '../shared/site/fleet-view.js';

/** A seat is free again after so long, whatever became of its holder: longer than any rung of the ladder takes. */
const seatSeconds = 45 * 60;

/** Slots whose mending needs a seat, or needs none any more. */
export interface SeatQuestion {
  readonly slots: readonly string[];
}

/** Reads the rows of all sites. */
export function lookAtFleet(): Promise<FleetView> {
  return look();
}

/** Takes a seat for each slot; the own one again when it has one. */
export async function takeSeats({
  slots,
}: SeatQuestion): Promise<Readonly<Record<string, 'taken' | 'full'>>> {
  const now = new Date();
  const until = new Date(now.getTime() + seatSeconds * 1000);
  const seats: Record<string, 'taken' | 'full'> = {};
  for (const slot of slots) {
    seats[slot] = await takeSeat('remedy', slot, deployment().fleet.maxInFlight, { now, until });
  }
  return seats;
}

/** Gives seats back; one that nobody has is none. */
export async function giveSeatsBack({ slots }: SeatQuestion): Promise<null> {
  for (const slot of slots) await giveSeatBack('remedy', slot);
  return null;
}

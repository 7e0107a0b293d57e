/** Which PSKs do the machines of a site have, do their tunnels stand, and what does the balancer measure? */
import type { SlotId } from '../../../../shared/site/ids.js';
import type { BackendSample } from '../../../../shared/site/observed-site.js';

/** One machine. */
export interface PlayedMachine {
  readonly slot: SlotId;
  /** `<secret>/<version>` by identity. */
  readonly psk: ReadonlyMap<string, string>;
  readonly isUp: boolean;
  /** Milliseconds since the epoch: since when the tunnel is up, or down. */
  readonly since: number;
}

const minuteMs = 60_000;
/** Minutes that a look brings. */
const seenMinutes = 10;

/** The machines of one site, and the minutes that were measured. */
export class PlayedMachines {
  private readonly all = new Map<SlotId, PlayedMachine>();
  private readonly measured: BackendSample[] = [];

  put(machine: PlayedMachine): void {
    this.all.set(machine.slot, machine);
  }

  isUp(slot: SlotId): boolean {
    return this.all.get(slot)?.isUp === true;
  }

  /** Versions by slot, without the secrets' names. */
  versions(): Readonly<Record<string, string>> {
    const of = (psk: PlayedMachine['psk']) => [...psk.values()].map((pair) => pair.split('/')[1]);
    return Object.fromEntries(
      [...this.all.values()].map(({ slot, psk }) => [slot, [...new Set(of(psk))].join()]),
    );
  }

  /** Whether every tunnel stands, with PSKs of which all are so. */
  areUpWith(isSo: (pair: string) => boolean): boolean {
    return [...this.all.values()].every(({ psk, isUp }) => isUp && [...psk.values()].every(isSo));
  }

  /** Takes a tunnel down, so that it has to authenticate again. */
  drop(slot: SlotId, now: Date): void {
    const machine = this.all.get(slot);
    if (machine !== undefined) this.put({ ...machine, isUp: false, since: now.getTime() });
  }

  /** Pluto goes on trying. */
  reconnect(isAccepted: (machine: PlayedMachine) => boolean, now: Date): void {
    for (const machine of this.all.values()) {
      if (!machine.isUp && isAccepted(machine)) this.put({ ...machine, isUp: true, since: now.getTime() });
    }
  }

  /** Measures the newest whole minute, once. */
  measure(now: Date): void {
    const from = Math.floor(now.getTime() / minuteMs) * minuteMs - minuteMs;
    const at = new Date(from).toISOString();
    for (const { slot, isUp, since } of this.all.values()) {
      const privateIp = ipOf(slot);
      if (this.measured.some((sample) => sample.privateIp === privateIp && sample.at === at)) continue;
      const wasWell = isUp ? since <= from : since >= from + minuteMs;
      this.measured.push({ privateIp, at, percent: wasWell ? 100 : 0 });
    }
  }

  /** The last minutes of all. */
  samples(): readonly BackendSample[] {
    return this.measured.slice(-seenMinutes * this.all.size);
  }
}

/** Private address of a slot. */
export function ipOf(slot: string): string {
  const [, zone, n] = /-z(\d)-(\d+)$/.exec(slot) ?? [];
  return `10.0.1.${zone ?? ''}${n ?? ''}`;
}

/** What is announced to machines before the platform does it? Scheduled Events, as documented by Microsoft Learn. */
import { idKey, lastName } from './arm-id.js';
import type { Clock } from './clock.js';
import type { Json } from './json.js';
import { guid, type Random } from './random.js';

/** What the platform does to a machine. */
export type MaintenanceType = 'Freeze' | 'Reboot' | 'Redeploy' | 'Preempt' | 'Terminate';

/** How long ahead it is announced, in seconds (documentation); a Terminate as the machine's profile says, 5 min at least. */
export const noticeSeconds: Readonly<Record<MaintenanceType, number>> = {
  Freeze: 15 * 60,
  Reboot: 15 * 60,
  Redeploy: 10 * 60,
  Preempt: 30,
  Terminate: 5 * 60,
};

/** What the documentation's own examples say, per type. */
const descriptions: Readonly<Record<MaintenanceType, string>> = {
  Freeze: 'Virtual machine is being paused because of a memory-preserving Live Migration operation.',
  Reboot: 'Virtual machine is going to be restarted as requested by authorized user or platform.',
  Redeploy: 'Virtual machine is going to be moved to another node because of degraded hardware.',
  Preempt: 'The virtual machine is being evicted.',
  Terminate: 'The virtual machine is scheduled to be deleted.',
};

/** Seconds that a Freeze is expected to last, as announced (documentation); of the others it is not known. */
const freezeSeconds = 9;

interface ScheduledEvent {
  readonly id: string;
  readonly machineId: string;
  readonly type: MaintenanceType;
  readonly notBefore: number;
  status: 'Scheduled' | 'Started';
  readonly begin: AbortController;
}

/** The events of all machines. */
export class ScheduledEvents {
  readonly #events: ScheduledEvent[] = [];
  /** Grows whenever a machine's document changes. */
  readonly #incarnations = new Map<string, number>();

  constructor(
    private readonly random: Random,
    private readonly clock: Clock,
  ) {}

  /**
   * Announces what is then done, as soon as the machine says that it is ready or the notice is over; ends when it is done,
   * and the event with it.
   */
  async announce(machineId: string, type: MaintenanceType, work: () => Promise<void>): Promise<void> {
    const seconds = noticeSeconds[type];
    const event: ScheduledEvent = {
      id: guid(this.random).toUpperCase(),
      machineId,
      type,
      notBefore: Date.now() + seconds * 1000,
      status: 'Scheduled',
      begin: new AbortController(),
    };
    this.#events.push(event);
    this.#changed(machineId);
    await this.clock.pause(seconds, event.begin.signal);
    event.status = 'Started';
    this.#changed(machineId);
    await work();
    this.#events.splice(this.#events.indexOf(event), 1);
    this.#changed(machineId);
  }

  /** A machine is ready for an event; false when it has none of this id. Saying so twice changes nothing. */
  acknowledge(machineId: string, eventId: string): boolean {
    const event = this.#of(machineId).find(({ id }) => id === eventId.toUpperCase());
    event?.begin.abort();
    return event !== undefined;
  }

  /** What a machine is shown. */
  document(machineId: string): Json {
    return {
      DocumentIncarnation: this.#incarnations.get(idKey(machineId)) ?? 0,
      Events: this.#of(machineId).map((event) => shown(event)),
    };
  }

  #of(machineId: string): readonly ScheduledEvent[] {
    return this.#events.filter((event) => idKey(event.machineId) === idKey(machineId));
  }

  #changed(machineId: string): void {
    this.#incarnations.set(idKey(machineId), (this.#incarnations.get(idKey(machineId)) ?? 0) + 1);
  }
}

/** The time is in HTTP's form, and gone once the event has started (documentation). */
function shown({ id, machineId, type, status, notBefore }: ScheduledEvent): Json {
  return {
    EventId: id,
    EventType: type,
    ResourceType: 'VirtualMachine',
    Resources: [lastName(machineId)],
    EventStatus: status,
    NotBefore: status === 'Started' ? '' : new Date(notBefore).toUTCString(),
    Description: descriptions[type],
    EventSource: 'Platform',
    DurationInSeconds: type === 'Freeze' ? freezeSeconds : -1,
  };
}

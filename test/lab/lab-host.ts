/** What do a lab's machines hear of their host? Who they are, and what Azure plans with them. */
import { metadataAddress } from '../../infra/local/gateways/real/fabric.js';
import type { Lab } from '../../infra/local/gateways/real/lab.js';
import type { MetadataAnswer, MetadataRequest } from '../../infra/local/cloud/guests.js';
import type { LabGateway } from './lab-gateway.js';

/** An announcement, and whether the machine has acknowledged it. */
export interface Announcement {
  readonly id: string;
  isAcknowledged: boolean;
}

/** Milliseconds between the announcement and the earliest begin of a reboot (Microsoft Learn, Scheduled Events). */
const noticeMs = 15 * 60_000;

/** The metadata service of all machines. */
export class LabHost {
  private readonly planned = new Map<string, Announcement>();
  private count = 0;

  static async serve(lab: Lab): Promise<LabHost> {
    const host = new LabHost();
    await lab.fabric.azure.serve(metadataAddress, (from, request) =>
      Promise.resolve(host.answer(from, request)),
    );
    return host;
  }

  /** Announces a reboot. */
  announce({ port }: LabGateway): Announcement {
    const announcement = { id: `event-${++this.count}`, isAcknowledged: false };
    this.planned.set(port.privateIp, announcement);
    return announcement;
  }

  /** It is over. */
  forget({ port }: LabGateway): void {
    this.planned.delete(port.privateIp);
  }

  private answer(from: string, { method, target, body = '{}' }: MetadataRequest): MetadataAnswer {
    const event = this.planned.get(from);
    if (target.startsWith('/metadata/instance/compute')) return { status: 200, body: machine(from) };
    if (!target.startsWith('/metadata/scheduledevents')) return { status: 404, body: { error: 'Not found' } };
    if (method === 'POST') {
      if (event !== undefined && body.includes(`"${event.id}"`)) event.isAcknowledged = true;
      return { status: 200, body: {} };
    }
    return {
      status: 200,
      body: { DocumentIncarnation: this.count, Events: event ? [told(event, from)] : [] },
    };
  }
}

function machine(address: string) {
  const resourceId = `/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/${nameOf(address)}`;
  return { name: nameOf(address), location: 'westeurope', resourceId };
}

function nameOf(address: string): string {
  return `vm-${address.replaceAll('.', '-')}`;
}

function told({ id, isAcknowledged }: Announcement, address: string) {
  return {
    ...{ EventId: id, EventType: 'Reboot', ResourceType: 'VirtualMachine', Resources: [nameOf(address)] },
    ...{ EventStatus: 'Scheduled', Description: 'Host is rebooted', EventSource: 'Platform' },
    NotBefore: isAcknowledged ? '' : new Date(Date.now() + noticeMs).toUTCString(),
    DurationInSeconds: -1,
  };
}

/** What do machines have of their hosts? Metadata, and the way out to their network. */
import type { MachineHost } from './guests.js';
import type { Clock } from './clock.js';
import { answerMetadata } from './instance-metadata.js';
import { asList, asRecord, propertiesOf, referenceOf } from './json.js';
import { ManagedIdentities } from './managed-identities.js';
import { PacketFilter } from './packet-filter.js';
import { seededRandom } from './random.js';
import type { Resources } from './resources.js';
import { ScheduledEvents } from './scheduled-events.js';
import type { World } from './world.js';

/** What hosts stand on. */
export interface HostGround {
  readonly resources: Resources;
  readonly clock: Clock;
  readonly world: Pick<World, 'tenantId'>;
  readonly seed: number;
}

/** Sets the ids of events apart from all other streams. */
const eventStream = 0x7ab5;

/** The hosts of all machines. */
export class MachineHosts {
  readonly identities: ManagedIdentities;
  readonly events: ScheduledEvents;
  readonly filter: PacketFilter;

  constructor(private readonly ground: HostGround) {
    this.filter = new PacketFilter(ground.resources);
    this.identities = new ManagedIdentities(ground.seed, ground.world.tenantId);
    this.events = new ScheduledEvents(seededRandom(ground.seed + eventStream), ground.clock);
  }

  /** The host of a machine, by the machine's id. */
  of(machineId: string): MachineHost {
    const { resources } = this.ground;
    return {
      metadata: (request) => {
        const machine = resources.get(machineId);
        const ground = { resources, identities: this.identities, events: this.events };
        return Promise.resolve(
          machine === undefined
            ? { status: 410, body: { error: 'Gone' } }
            : answerMetadata(ground, machine, request),
        );
      },
      letsOut: (packet) => {
        const { networkProfile } = propertiesOf(resources.get(machineId)?.body);
        const [first] = asList(asRecord(networkProfile)['networkInterfaces']);
        const networkInterface = resources.get(referenceOf(first));
        return (
          networkInterface !== undefined && this.filter.leave(networkInterface, packet).access === 'Allow'
        );
      },
    };
  }
}

/** How fast could a build have been? The sum of what was drawn for the slowest gateway; nothing of the product is used. */

/** An operation of the simulated Azure. */
export interface OperationSeen {
  /** ARM id of the resource. */
  readonly resourceId: string;
  readonly verb: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt?: number;
}

/** What was drawn for one machine, in seconds. */
export interface MachineSeen {
  /** ARM id of the virtual machine. */
  readonly id: string;
  readonly agentReadySeconds?: number;
  readonly runCommandSeconds?: number;
  readonly ikeSeconds?: number;
  readonly firstRequestSeconds?: number;
}

/** What Azure took for one gateway, in seconds. */
export interface GatewayBound {
  readonly slot: string;
  readonly parts: Readonly<Record<Part, number>>;
  readonly seconds: number;
}

type Part =
  'references' | 'NIC' | 'VM' | 'guest agent' | 'run command' | 'first IKE' | 'first request' | 'two probes';

/** Interval of the balancer's probe, twice. */
const twoProbesSeconds = 10;

/** Adds up what one gateway after the other must wait for; the site's bound is that of its slowest gateway. */
export function boundsOf(
  operations: readonly OperationSeen[],
  machines: readonly MachineSeen[],
): readonly GatewayBound[] {
  return machines.map((machine) => {
    const slot = lastName(machine.id).replace(/^vm-(.*)-g\d+$/, '$1');
    const site = slot.replace(/-z\d-\d+$/, '');
    const parts = {
      // All begun at once. Azure refuses a reference to what is being written (`DIFFERENCES.md` of the simulated one).
      references: Math.max(
        ...[`pip-${slot}`, `lb-${site}`, `nsg-${site}`].map((name) => secondsOf(operations, name)),
      ),
      NIC: secondsOf(operations, `nic-${slot}`),
      VM: secondsOf(operations, lastName(machine.id)),
      'guest agent': machine.agentReadySeconds ?? Number.NaN,
      'run command': machine.runCommandSeconds ?? Number.NaN,
      'first IKE': machine.ikeSeconds ?? Number.NaN,
      'first request': machine.firstRequestSeconds ?? Number.NaN,
      'two probes': twoProbesSeconds,
    };
    return { slot, parts, seconds: Object.values(parts).reduce((sum, seconds) => sum + seconds, 0) };
  });
}

function secondsOf(operations: readonly OperationSeen[], name: string): number {
  const creation = operations.find(
    ({ resourceId, verb }) => verb === 'create' && lastName(resourceId) === name,
  );
  if (creation?.endedAt === undefined) throw new Error(`${name} was not created.`);
  return (creation.endedAt - creation.startedAt) / 1000;
}

function lastName(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

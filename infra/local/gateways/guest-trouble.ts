/** What can go wrong inside a machine that runs? Each by name, with what mends it. */
import type { Machine } from './machine.js';

/** Every kind, in the order of the lowest rung that mends it. */
export const guestTroubles = [
  /** The kernel has lost the SAs, and pluto doesn't know. Mended by the agent within a minute; by down and up. */
  'tunnel-stuck',
  /** ipsec.service was stopped, and systemd doesn't bring it back, nor does the agent. Mended by its start. */
  'ipsec-stopped',
  /** pluto answers no command and carries nothing. Mended by the agent within a minute; by a restart. */
  'pluto-wedged',
  /** The agent's unit was stopped: the tunnel carries, the probe gets no answer. Mended by its start. */
  'agent-dead',
  /** Somebody edited the connections and restarted ipsec.service. Mended by the setup script. */
  'configuration-edited',
  /** Nothing on the machine mends it but a restart of the machine. */
  'wedged-until-reboot',
  /** Not even that: only a new machine. */
  'wedged-for-good',
] as const;

/** What can go wrong inside a machine. */
export type GuestTrouble = (typeof guestTroubles)[number];

const connections = '/etc/ipsec.d/tunnelkeeper.conf';

/** Lets it go wrong now. */
export function makeTrouble(machine: Machine, what: GuestTrouble): void {
  const { services, disk } = machine;
  switch (what) {
    case 'tunnel-stuck':
      for (const tunnel of machine.pluto?.all ?? []) tunnel.loseChild();
      return;
    case 'ipsec-stopped':
      services.stop('ipsec.service');
      return;
    case 'pluto-wedged':
      machine.pluto?.wedge();
      return;
    case 'agent-dead':
      services.stop('tunnelkeeper-agent.service');
      return;
    case 'configuration-edited':
      disk.write(connections, edited(disk.read(connections) ?? ''), 0o644);
      machine.inBackground(services.restart('ipsec.service'));
      return;
    case 'wedged-until-reboot':
      machine.isHung = true;
      machine.pluto?.wedge();
      return;
    case 'wedged-for-good':
      disk.isSpoilt = true;
      machine.pluto?.wedge();
      return;
  }
}

/** An old guide's proposal, which Zscaler's edges refuse. */
function edited(text: string): string {
  return text.replaceAll(/^( +ike=).*$/gm, '$1aes128-sha1;dh5');
}

/** How does something go wrong inside a real machine? By what a careless hand, or a bug, would do there. */
import type { GuestTrouble } from '../guest-trouble.js';
import type { UmlGuest } from './uml-guest.js';

const scripts = {
  'tunnel-stuck': 'ip xfrm state deleteall; ip xfrm policy deleteall',
  'ipsec-stopped': 'systemctl stop ipsec.service',
  // By itself a pluto that hangs is missed by nobody for hours: the kernel's SAs go on carrying.
  'pluto-wedged': 'kill -STOP "$(pidof pluto)"; ip xfrm state deleteall',
  'agent-dead': 'systemctl stop tunnelkeeper-agent.service',
  'configuration-edited':
    "sed -i 's/^ *ike=.*/    ike=aes128-sha1;dh5/' /etc/ipsec.d/tunnelkeeper.conf; systemctl restart ipsec.service",
} as const satisfies Partial<Record<GuestTrouble, string>>;

/** Lets it go wrong now. @throws Error when the machine is off, or a real one can't be broken like this */
export async function makeRealTrouble(guest: UmlGuest, what: GuestTrouble): Promise<void> {
  if (!guest.isOn) throw new Error(`Machine ${guest.hardware.name} does not run.`);
  if (what === 'wedged-until-reboot') {
    guest.freeze(true); // what has no processor is brought back by a restart alone
    return;
  }
  if (what === 'wedged-for-good') throw new Error('A real machine can’t be spoilt for good.');
  await guest.shell(scripts[what]);
}

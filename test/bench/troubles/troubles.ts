/** What can go wrong with a gateway, beside what the suite of the lab has happen to it? */
import type { GuestTrouble } from '../../../infra/local/gateways/guest-trouble.js';
import { makeRealTrouble } from '../../../infra/local/gateways/real/make-real-trouble.js';
import { restart, whileBehaving, whileTroubled, type Disruption } from '../../lab/disruptions.js';
import { pause } from '../../lab/lab-gateway.js';
import { edges } from '../../lab/lab-plan.js';

/** A trouble. */
export interface Trouble extends Disruption {
  /** The agent mends it, and what it may do in an hour must be whole at the beginning. */
  readonly usesUpMends?: true;
}

const [primary] = edges;

/** A silence in which the agent restarts pluto once, seconds: after 40 s, and not again before 100 s. */
const longSilence = 70;

/** In an order in which each finds the gateways as they should be. */
export const troubles: readonly Trouble[] = [
  {
    // The kernel's SAs go on carrying, and who carries isn't missed by the edge.
    name: 'pluto hangs for 8 s',
    isHarmless: true,
    toEach: ({ guest }) => guest.shell('kill -STOP "$(pidof pluto)"; sleep 8; kill -CONT "$(pidof pluto)"'),
  },
  {
    name: 'pluto hangs, and its SAs are lost',
    usesUpMends: true,
    ...trouble('pluto-wedged'),
  },
  {
    name: 'SAs and policies of the kernel are lost',
    usesUpMends: true,
    ...trouble('tunnel-stuck'),
  },
  {
    name: `both edges are dead for ${longSilence} s`,
    usesUpMends: true,
    toAll: async ({ fabric }) => {
      for (const { address } of edges) await fabric.lose(address, 1);
      await pause(longSilence);
      for (const { address } of edges) await fabric.lose(address, 0);
    },
    inModel: ({ edges: farSide }, pass) =>
      whileTroubled(farSide, ['one', 'two'], { down: true }, () => pass(longSilence)),
  },
  {
    name: 'the primary edge is dead for 16 s, and then up for more than 300 s',
    edges: ['fra4', 'ams2-2', 'fra4'],
    toAll: async ({ fabric }) => {
      await fabric.lose(primary.address, 1);
      await pause(16);
      await fabric.lose(primary.address, 0);
      await pause(330);
    },
  },
  {
    name: 'the proxy behind the primary edge drips bytes for 20 s',
    toAll: (lab) => whileBehaving(lab, 'drip', 20),
  },
  {
    name: 'the proxy answers HTML and redirects',
    edges: ['fra4', '<html><body>Sign in</body></html>', '', 'fra4'],
    isHarmless: true,
    toAll: async (lab) => {
      await whileBehaving(lab, 'html', 7);
      await whileBehaving(lab, 'redirect', 7);
    },
  },
  {
    name: 'the primary edge refuses the child SA for 25 s',
    toAll: async (lab, gateways) => {
      const edge = lab.edge(primary.name);
      const known = gateways.map((gateway) => ({ identity: gateway.identity, psk: gateway.psk }));
      await edge.setCredentials(known, { esp: 'aes_gcm256' });
      for (const { identity } of known) await edge.drop(identity);
      await pause(25);
      await edge.setCredentials(known);
    },
    inModel: ({ edges: farSide, machine }, pass) =>
      whileTroubled(farSide, ['one'], { refusesEsp: true }, () => {
        const [held] = farSide.entered();
        farSide.changePsk(machine.publicIp ?? '', held?.psk ?? '', { dropSas: true });
        return pass(25);
      }),
  },
  {
    name: 'the clock jumps a day ahead and back',
    isHarmless: true,
    toEach: ({ guest }) => guest.shell('date -s "+1 day"; sleep 12; date -s "-1 day"; sleep 4'),
  },
  {
    name: 'the disk is full, and the agent starts anew',
    isHarmless: true,
    toEach: ({ guest }) =>
      guest.shell(
        'fallocate -l "$(df --output=avail -B1 / | tail -n 1)" /filler; systemctl restart tunnelkeeper-agent; sleep 12; rm /filler',
      ),
  },
  {
    name: 'the connection table is full for 15 s',
    toEach: ({ guest }) =>
      guest.shell(
        'most=/proc/sys/net/netfilter/nf_conntrack_max; was=$(cat $most); echo 8 >$most; sleep 15; echo "$was" >$most',
      ),
  },
  {
    name: 'the network interface is dead for 30 s',
    toEach: async ({ lab: { fabric }, port }) => {
      await fabric.cut(port, true);
      await pause(30);
      await fabric.cut(port, false);
    },
  },
  {
    name: 'the machine is frozen for 15 s',
    toEach: async ({ guest }) => {
      guest.freeze(true);
      await pause(15);
      guest.freeze(false);
    },
  },
  {
    name: 'power is lost, and comes back',
    hasLabsPace: true,
    toEach: restart,
    inModel: (world) => {
      world.guest.powerOff();
      world.boot();
      return Promise.resolve();
    },
  },
];

/** What the local region can let happen to a machine, real or modelled. */
function trouble(what: GuestTrouble): Pick<Disruption, 'toEach' | 'inModel'> {
  return {
    toEach: ({ guest }) => makeRealTrouble(guest, what),
    inModel: ({ guests, machine }) => {
      guests.trouble(machine.name, what);
      return Promise.resolve();
    },
  };
}

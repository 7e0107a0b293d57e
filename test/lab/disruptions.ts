/** What happens to a gateway, by somebody's hand or by itself? Each for all routings and releases. */
import type { Lab } from '../../infra/local/gateways/real/lab.js';
import { edges } from './lab-plan.js';
import { firstPsk, type LabGateway } from './lab-gateway.js';

/** One of them; it is over, and made good, when `happens` ends. */
export interface Disruption {
  readonly name: string;
  /** To all gateways at once, at the far side. */
  readonly toAll?: (lab: Lab) => Promise<void>;
  /** To each gateway. */
  readonly toEach?: (gateway: LabGateway) => Promise<unknown>;
}

const [primary] = edges;

/** Every one, in an order in which each finds the gateways as they should be. */
export const disruptions: readonly Disruption[] = [
  {
    name: 'pluto is stopped and started',
    toEach: ({ guest }) => guest.shell('systemctl stop ipsec; sleep 5; systemctl start ipsec'),
  },
  { name: 'pluto is killed', toEach: ({ guest }) => guest.shell('kill -9 "$(pidof pluto)"; sleep 3') },
  {
    name: 'the agent is killed',
    toEach: ({ guest }) => guest.shell('systemctl kill -s KILL tunnelkeeper-agent; sleep 3'),
  },
  {
    name: 'the primary edge is dead for 30 s',
    toAll: async (lab) => {
      await lab.fabric.lose(primary.address, 1);
      await pause(30);
      await lab.fabric.lose(primary.address, 0);
    },
  },
  {
    name: 'the proxy behind the primary edge is silent for 20 s',
    toAll: async (lab) => {
      lab.edge(primary.name).behave('silent');
      await pause(20);
      lab.edge(primary.name).behave('normal');
    },
  },
  {
    name: 'a PSK that is wrong, and the right one again',
    toEach: ({ guest }) =>
      guest.shell(`
swap() { sed -i "s/$1/$2/" /etc/ipsec.d/tunnelkeeper.secrets; systemctl restart ipsec; }
swap ${firstPsk} NobodyKnowsThisPsk0; sleep 6; swap NobodyKnowsThisPsk0 ${firstPsk}`),
  },
  {
    name: 'power is lost, and comes back',
    toEach: async ({ guest }) => {
      await guest.powerOff();
      guest.powerOn();
      await guest.isUp;
    },
  },
];

/** Lets real seconds pass. */
export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

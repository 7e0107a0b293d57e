/** Would the suite find a gateway that is built wrongly? Faults that are planted, each with what must show. */
import { pause, type LabGateway, type Watched } from './lab-gateway.js';
import { isMend, type LabFleet } from './lab-fleet.js';
import { edges } from './lab-plan.js';
import { counted } from './load-report.js';

/** A fault. */
export interface PlantedFault {
  readonly name: string;
  /** On which routings it can be. */
  readonly on: readonly LabGateway['config']['routing'][];
  /** Plants it, and does what brings it to light. */
  readonly plant: (gateway: LabGateway) => Promise<unknown>;
  readonly isFound: (seen: Watched, leaks: number) => boolean;
}

const leaks: PlantedFault['isFound'] = (_, count) => count > 0;

/** In an order in which each can be planted on what the one before has left. */
export const plantedFaults: readonly PlantedFault[] = [
  {
    name: 'masquerade by the proxy’s own address',
    on: ['route-based', 'policy-based'],
    plant: async ({ guest }) => {
      await guest.shell(
        'iptables -t nat -I POSTROUTING 1 -d 185.46.212.88 -j SNAT --to-source 185.46.212.88',
      );
      await pause(3);
      await guest.shell('iptables -t nat -D POSTROUTING 1');
    },
    isFound: ({ lost, gapSeconds }) => lost > 0 && gapSeconds > 1.5,
  },
  {
    name: 'NAT and forwarding before the rule, at a start',
    on: ['route-based', 'policy-based'],
    plant: async ({ guest }) => {
      // The rule comes when everything else stands.
      await guest.shell(`
cat >/etc/systemd/system/tunnelkeeper-fail-closed.service <<'UNIT'
[Unit]
DefaultDependencies=no
After=lab-network.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'sleep 20; exec /usr/local/lib/tunnelkeeper/fail-closed'
UNIT
cat >/etc/systemd/system/early.service <<'UNIT'
[Unit]
DefaultDependencies=no
After=lab-network.service
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'sysctl -w net.ipv4.ip_forward=1; iptables -w -t nat -A PREROUTING -i eth0 -p tcp --dport 9400 -j DNAT --to-destination 185.46.212.88'
[Install]
WantedBy=sysinit.target
UNIT
systemctl enable -q early.service; sync`);
      await guest.powerOff();
      guest.powerOn();
      await guest.isUp;
      await pause(20);
    },
    isFound: leaks,
  },
  {
    name: 'the rule is removed',
    on: ['route-based', 'policy-based'],
    // Without it, a policy-based gateway leaks while pluto is down, and a route-based one without a device.
    plant: async ({ guest }) => {
      await guest.shell(
        'systemctl stop tunnelkeeper-agent; iptables -F TK; systemctl stop ipsec; ip link del vti0 2>/dev/null; ip link del vti1 2>/dev/null; ip route flush 185.46.212.88/32; true',
      );
      await pause(4);
    },
    isFound: leaks,
  },
];

/** Plants it on the gateways where it can be; titles of those on which it isn't found. */
export async function findPlanted(fleet: LabFleet, fault: PlantedFault): Promise<readonly string[]> {
  const affected = fleet.gateways.filter(({ config }) => fault.on.includes(config.routing));
  await Promise.all(affected.map((gateway) => gateway.settled()));
  const missed: string[] = [];
  for (const one of await fleet.watch(fault.plant, 0, affected)) {
    fleet.tell(`planted: ${fault.name}`, one);
    if (!fault.isFound(one, one.leaks)) missed.push(one.gateway.title);
  }
  return missed;
}

/** One that mends again and again. */
export const limitsOff: PlantedFault = {
  name: 'the agent’s limits are off',
  on: ['route-based', 'policy-based'],
  plant: async ({ guest, lab: { fabric } }) => {
    await guest.shell(`
sed -i 's/"perHour": *[0-9]*/"perHour": 60/; s/"pauseSeconds": *[0-9]*/"pauseSeconds": 0/; s/"settleSeconds": *[0-9]*/"settleSeconds": 0/; s/"afterStartSeconds": *[0-9]*/"afterStartSeconds": 0/' /etc/tunnelkeeper/gateway.json
systemctl restart tunnelkeeper-agent`);
    for (const { address } of edges) await fabric.lose(address, 1);
    await pause(70);
    for (const { address } of edges) await fabric.lose(address, 0);
  },
  isFound: ({ acts }) => mendedTooOften(acts).length > 0,
};

/** Most of one mend within three minutes: the second comes after a pause of 60 s, the third after 120 s more. */
const mostOfOneMend = 2;

/** The mends that an agent did more often than its limits allow in what lasts less than three minutes. */
export function mendedTooOften(acts: readonly string[]): readonly string[] {
  return [...counted(acts.filter(isMend))].filter(([, count]) => count > mostOfOneMend).map(([act]) => act);
}

/** What happens to a gateway, by somebody's hand or by itself? Each for all routings and releases. */
import { expect } from '@jest/globals';
import type { ProxyBehaviour } from '../../infra/local/gateways/real/edge-guest.js';
import { mirrorUrl } from '../../infra/local/gateways/real/images.js';
import type { Lab } from '../../infra/local/gateways/real/lab.js';
import { path } from '../../shared/gateway/paths.js';
import type { World } from '../infra/local/gateways/a-world.js';
import { identityOf, pause, type LabGateway } from './lab-gateway.js';
import { edges } from './lab-plan.js';

/** One of them; it is over, and made good, when `happens` ends. */
export interface Disruption {
  readonly name: string;
  /** To all gateways at once, from outside. */
  readonly toAll?: (lab: Lab, gateways: readonly LabGateway[]) => Promise<void>;
  /** To each gateway. */
  readonly toEach?: (gateway: LabGateway) => Promise<unknown>;
  /** What `toAll` did is ended. */
  readonly afterwards?: (lab: Lab) => void;
  /** Nobody may notice: no request is lost, no connection broken, nothing moved or mended. */
  readonly isHarmless?: true;

  /** Which edges answer one after the other, where there are two. */
  readonly edges?: readonly string[];

  /** It lasts as long as processes take to start: slow in the lab's guests, and an estimate of Azure's in the model. */
  readonly hasLabsPace?: boolean;
  /** The same for a modelled gateway; `pass` lets its time pass. */
  readonly inModel?: (world: World, pass: (seconds: number) => Promise<void>) => Promise<unknown>;
}

const [primary] = edges;

/** PSKs that both sides change to, one after the other. */
const secondPsk = 'AnotherPsk9876543210zyxwv';
const thirdPsk = 'TheThirdPsk456789defghij';

/** Every one, in an order in which each finds the gateways as they should be. */
export const disruptions: readonly Disruption[] = [
  {
    name: 'pluto is stopped and started',
    hasLabsPace: true,
    toEach: ({ guest }) => guest.shell('systemctl stop ipsec; sleep 5; systemctl start ipsec'),
    inModel: (world) =>
      world.setUp({ script: 'systemctl stop ipsec.service; sleep 5; systemctl start ipsec.service' }),
  },
  {
    name: 'pluto is killed',
    hasLabsPace: true,
    toEach: ({ guest }) => guest.shell('kill -9 "$(pidof pluto)"; sleep 3'),
    inModel: (world) => world.setUp({ script: 'systemctl kill -s KILL ipsec.service; sleep 3' }),
  },
  {
    name: 'the agent is killed',
    isHarmless: true,
    toEach: ({ guest }) =>
      guest.shell(
        'systemctl kill -s KILL tunnelkeeper-agent; sleep 3; systemctl is-active --quiet tunnelkeeper-agent',
      ),
  },
  {
    name: 'somebody takes all rules away',
    edges: ['fra4'],
    toEach: ({ guest }) => guest.shell('iptables -F; iptables -t nat -F; iptables -t mangle -F; sleep 1'),
  },
  {
    name: 'the primary edge is dead for 30 s',
    edges: ['fra4', 'ams2-2'],
    toAll: async ({ fabric }) => {
      await fabric.lose(primary.address, 1);
      await pause(30);
      await fabric.lose(primary.address, 0);
    },
    inModel: ({ edges: farSide }, pass) => whileTroubled(farSide, ['one'], { down: true }, () => pass(30)),
  },
  {
    name: 'the proxy behind the primary edge is silent for 20 s',
    edges: ['fra4', 'ams2-2'],
    toAll: (lab) => whileBehaving(lab, 'silent', 20),
    inModel: ({ edges: farSide }, pass) =>
      whileTroubled(farSide, ['one'], { proxySilent: true }, () => pass(20)),
  },
  {
    name: 'a PSK that is wrong, and the right one again',
    toEach: ({ guest, psk }) =>
      guest.shell(`
swap() { file=/etc/ipsec.d/tunnelkeeper.secrets; was=$(<$file); printf '%s\\n' "\${was//$1/$2}" >$file; systemctl restart ipsec; }
swap ${psk} NobodyKnowsThisPsk0; sleep 6; swap NobodyKnowsThisPsk0 ${psk}`),
  },
  {
    name: 'a rotation of the PSK',
    hasLabsPace: true,
    toAll: (lab, gateways) => changePsk(lab, gateways, secondPsk),
    toEach: (gateway) => gateway.setUp(secondPsk),
    inModel: (world) => {
      world.edges.changePsk(world.machine.publicIp ?? '', secondPsk);
      return world.setUp({ environment: { TK_PSK_PRIMARY: secondPsk, TK_PSK_SECONDARY: secondPsk } });
    },
  },
  {
    name: 'one more port of the proxy is set up',
    isHarmless: true,
    toEach: (gateway) => {
      const { config } = gateway;
      const proxy = { ...config.proxy, ports: [...config.proxy.ports, 8080] };
      return gateway.setUp(gateway.psk, { ...config, proxy });
    },
  },
  {
    name: 'a changed setup is killed once it has ended pluto, then power is lost amid a change of the proxy’s address',
    toAll: (lab, gateways) => changePsk(lab, gateways, thirdPsk),
    toEach: async (gateway) => {
      const { guest, config } = gateway;
      const changed = { ...config, esp: `${config.esp},aes256-sha2_256` };
      await guest.shell(`cat >/usr/local/sbin/ip <<'STUB'
#!/bin/sh
case "$*" in "link del vti0") touch /run/has-ended-pluto; exec sleep 60 ;; *) exec /sbin/ip "$@" ;; esac
STUB
chmod 755 /usr/local/sbin/ip`);
      await gateway.beginSetUp('[ -e /run/has-ended-pluto ]', thirdPsk, changed);
      await guest.shell('rm /usr/local/sbin/ip');
      // Held before it could ask for a start of pluto: systemd alone brings it back.
      await guest.shell("timeout 20 sh -c 'until pidof -q pluto; do sleep 0.1; done'");
      await guest.shell(
        `sed -i 's/${config.proxy.address.replaceAll('.', '[.]')}/165.225.1.9/g' ${path.failClosed}; sync`,
      );
      await restart(gateway);
      await pause(8);
      const { ok, tunnels } = await gateway.setUp();
      expect([ok, ...Object.values(tunnels).map((tunnel) => tunnel.state)]).toEqual([
        true,
        ...config.tunnels.map(() => 'up'),
      ]);
    },
  },
  {
    name: 'Libreswan is upgraded',
    toEach: ({ guest, kind: { suite } }) =>
      guest.shell(`
echo 'deb [trusted=yes] ${mirrorUrl(suite)}-newer ./' >/etc/apt/sources.list.d/newer.list
apt-get -qq update
DEBIAN_FRONTEND=noninteractive apt-get -qq -y upgrade
dpkg-query -W -f '\${Version}' libreswan | grep -q +lab1`),
  },
  {
    name: 'power comes back where DNS is dead',
    toAll: ({ fabric }) => {
      fabric.silenceNames(true);
      return Promise.resolve();
    },
    toEach: restart,
    afterwards: ({ fabric }) => {
      fabric.silenceNames(false);
    },
  },
];

function changePsk({ edges }: Lab, gateways: readonly LabGateway[], psk: string): Promise<void> {
  const credentials = gateways.map((_, index) => ({ identity: identityOf(index + 1), psk }));
  return each(edges, (edge) => edge.setCredentials(credentials));
}

/** Takes a gateway's power, and gives it back. */
export async function restart({ guest }: LabGateway): Promise<void> {
  await guest.powerOff();
  guest.powerOn();
  await guest.isUp;
}

/** Lets the proxy behind the primary edge answer badly for so many seconds. */
export async function whileBehaving(lab: Lab, behaviour: ProxyBehaviour, seconds: number): Promise<void> {
  const edge = lab.edge(primary.name);
  edge.behave(behaviour);
  await pause(seconds);
  edge.behave('normal');
}

/** Lets something be wrong with modelled edges for a while. */
export async function whileTroubled(
  farSide: World['edges'],
  names: readonly string[],
  wrong: Parameters<World['edges']['trouble']>[1],
  meanwhile: () => Promise<void>,
): Promise<void> {
  for (const name of names) farSide.trouble(name, wrong);
  await meanwhile();
  const over = Object.fromEntries(Object.keys(wrong).map((key) => [key, false]));
  for (const name of names) farSide.trouble(name, over);
}

async function each<T>(all: readonly T[], deed: (one: T) => Promise<unknown>): Promise<void> {
  await Promise.all(all.map(deed));
}

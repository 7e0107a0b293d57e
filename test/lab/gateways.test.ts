/** Do real gateways do what they must: serve, fail closed, fail over, and stay as they are when nothing has changed? */
import type { NetworkSecurityGroup } from '@azure/arm-network';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { InboundRule } from '../../infra/local/gateways/real/packet-rules.js';
import { securityGroupBody } from '../../shared/azure/security-groups.js';
import { path } from '../../shared/gateway/paths.js';
import { aGroupIntent } from '../shared/azure/helpers/intents.js';
import { disruptions } from './disruptions.js';
import { expectUnharmed, held, LabFleet, limitMs } from './lab-fleet.js';
import { firstPsk, until, type GatewayKind, type LabGateway } from './lab-gateway.js';
import { clients, stranger } from './lab-plan.js';
import { describeInLab } from './lab-suite.js';
import { findPlanted, plantedFaults } from './planted-faults.js';

/** Those from a baked image begin with runs of the script that are killed on their way. */
const kinds: readonly GatewayKind[] = [
  { suite: 'bookworm', image: 'bare', routing: 'route-based' },
  { suite: 'trixie', image: 'baked', routing: 'route-based' },
  { suite: 'bookworm', image: 'baked', routing: 'policy-based' },
  { suite: 'trixie', image: 'bare', routing: 'policy-based' },
];

/** How far runs get that are killed: one file, some, and all of them, before anything that reads them was restarted. */
const killedAt = [
  '[ -s /etc/tunnelkeeper/pending ]',
  '[ $(wc -w </etc/tunnelkeeper/pending) -ge 12 ]',
  '[ -e /etc/ipsec.d/tunnelkeeper.secrets ]',
];

describeInLab('real gateways', ['bookworm', 'trixie'], (lab) => {
  let fleet: LabFleet;

  beforeAll(async () => {
    fleet = await LabFleet.boot(lab(), kinds);
  }, limitMs);

  afterAll(() => {
    fleet.table();
  });

  /** Sets all of them up with what they have. */
  async function expectUnchanged(what: string): Promise<void> {
    const results: unknown[] = [];
    await fleet.each((gateway) => gateway.settled());
    for (const seen of await fleet.watch(async (one) => results.push(await one.setUp()), held)) {
      expectUnharmed(seen);
      fleet.tell(what, seen);
    }
    expect(results).toEqual(kinds.map(() => expect.objectContaining({ ok: true, changed: [] })));
  }

  test(
    'serve after the product’s own scripts have run, in the same state from a bare image and after interruptions',
    async () => {
      const results: unknown[] = [];
      const seen = await fleet.watch(async (gateway) => {
        if (gateway.kind.image === 'baked') await interrupted(gateway);
        results.push(await gateway.setUp());
      });
      for (const one of seen) {
        const { gateway, leaks } = one;
        fleet.tell(`set up, ${gateway.kind.image === 'bare' ? 'packages too' : 'interrupted before'}`, one);
        expect(await gateway.ask()).toBe('fra4');
        expect(await gateway.probe()).toBe(200);
        expect([gateway.title, leaks]).toEqual([gateway.title, 0]);
      }
      const [bookwormByRoute, trixieByRoute, bookwormByPolicy, trixieByPolicy] = await fleet.each((gateway) =>
        gateway.standing(),
      );
      expect(trixieByRoute).toBe(bookwormByRoute);
      expect(trixieByPolicy).toBe(bookwormByPolicy);
      expect(results).toEqual(kinds.map(() => expect.objectContaining({ ok: true, probe: 200 })));
    },
    limitMs,
  );

  test(
    'change nothing and lose no request when the script runs again',
    () => expectUnchanged('set up again, unchanged'),
    limitMs,
  );

  test('answer nobody but the clients', async () => {
    for (const gateway of fleet.gateways) {
      expect(['refused', 'silent']).toContain(await gateway.ask(stranger));
      expect(await gateway.ask(clients[2])).toBe('fra4');
      await lab().fabric.openToInternet(true);
      const fromOutside = `curl -s -m 3 -o /dev/null -w '%{http_code}' http://${gateway.identity}:9400/ || true`;
      expect(await lab().edge('fra4').guest.shell(fromOutside)).toBe('000');
      await lab().fabric.openToInternet(false);
    }
  }, 60_000);

  test('are reached by clients and the probe alone where the site’s security group stands before them', async () => {
    for (const gateway of fleet.gateways) {
      const { proxy, probePort, clients: prefixes } = gateway.config;
      const group = securityGroupBody({
        ...aGroupIntent(),
        ...{ proxyPorts: proxy.ports, probePort, clients: prefixes },
      });
      await lab().fabric.secure(gateway.port, inboundRules(group));
      expect(await gateway.ask(stranger)).toBe('silent');
      expect(await gateway.ask(clients[2])).toBe('fra4');
      expect(await gateway.probe()).toBe(200);
      expect(await gateway.reach(clients[2], 22)).toMatchObject({ kind: 'silent' });
      await lab().fabric.secure(gateway.port, undefined);
      expect(await gateway.reach(clients[2], 22)).toMatchObject({ kind: 'refused' });
    }
  }, 120_000);

  test('tell an operator how they are, and all that there is to look at, without a secret', async () => {
    await fleet.each(async ({ guest }) => {
      const status = await guest.shell('tk-gateway status');
      expect(status).toContain('200, ok: primary');
      expect(status).toContain('New           connections take primary');
      const diagnosis = await guest.shell('tk-gateway diagnose');
      for (const part of ['== Libreswan', 'established Child SA', 'ESP in UDP', 'Chain TK'])
        expect(diagnosis).toContain(part);
      expect(diagnosis).not.toContain(firstPsk);
      expect(diagnosis).not.toMatch(/0x[0-9a-f]{24}/);
      // As the agent does after five minutes in which the gateway hasn't served.
      await guest.shell('touch /run/tunnelkeeper/diagnosis-wanted');
      await until(() => guest.console.includes('== Packets of eth0'), 60);
      expect(guest.console).not.toContain(firstPsk);
    });
  }, 120_000);

  test('leave the pool before Azure takes their machine, and come back afterwards', async () => {
    await fleet.each(async (gateway) => {
      const announcement = fleet.host.announce(gateway);
      await until(async () => (await gateway.probe()) === 503, 20);
      expect(await gateway.ask()).toBe('fra4');
      await until(() => announcement.isAcknowledged, 60);
      fleet.host.forget(gateway);
      await until(async () => (await gateway.probe()) === 200, 20);
    });
  }, 120_000);

  test('go on serving while a thousand probes come at once, and answer the next one', async () => {
    const answered = new Map<LabGateway, number>();
    const flood = async (gateway: LabGateway) => answered.set(gateway, await gateway.probes(1000));
    for (const seen of await fleet.watch(flood, held)) {
      expectUnharmed(seen);
      expect(await seen.gateway.probe()).toBe(200);
      fleet.tell(`1,000 probes at once, ${answered.get(seen.gateway) ?? 0} got 200`, seen);
      // 256 are open at most, and the oldest gives way (docs/gateway.md, The probe).
      expect(answered.get(seen.gateway)).toBeGreaterThanOrEqual(256);
    }
  }, 120_000);

  test('stay out of the pool with a configuration that can’t be used, and come back when it is set up again', async () => {
    // One of each release: two are set up sooner than four.
    await Promise.all(
      fleet.gateways.slice(0, 2).map(async (gateway) => {
        const { guest } = gateway;
        await guest.shell(
          `sed -i 's/"probePort"/"probe"/' ${path.config}; systemctl restart tunnelkeeper-agent; sleep 4`,
        );
        // Started again for ever, it would be `activating`.
        expect(await guest.shell('systemctl is-active tunnelkeeper-agent || true')).toBe('failed\n');
        expect(await gateway.probe()).toBe(0);
        expect(await gateway.setUp()).toMatchObject({ ok: true, changed: ['gateway.json'], probe: 200 });
      }),
    );
  }, 120_000);

  describe('leave nothing in the clear, and serve again,', () => {
    test.each(disruptions)('when $name', (disruption) => fleet.disrupt(disruption), limitMs);
  });

  test(
    'are after all of that as they were set up: the script changes nothing, and nothing has leaked since the first boot',
    async () => {
      await expectUnchanged('set up again, after all of that');
      expect(await fleet.leaks()).toEqual(kinds.map(() => 0));
    },
    limitMs,
  );

  describe('are found out', () => {
    test.each(plantedFaults)(
      'when $name',
      async (fault) => {
        expect(await findPlanted(fleet, fault)).toEqual([]);
      },
      limitMs,
    );
  });
});

/** Begins to set up, again and again, and is killed before pluto has read what was written. */
async function interrupted(gateway: LabGateway): Promise<void> {
  const { guest } = gateway;
  await guest.shell('cloud-init status --wait >/dev/null 2>&1 || true'); // as the script does, before anything
  for (const isFar of killedAt) await gateway.beginSetUp(isFar);
  expect(await guest.shell('cat /etc/tunnelkeeper/pending')).not.toBe('');
}

/** The rules of our own group have all that Azure leaves optional. */
function inboundRules({ securityRules = [] }: NetworkSecurityGroup): readonly InboundRule[] {
  return securityRules.map(({ priority = 0, direction = '', access = '', protocol = '', ...rule }) => ({
    ...(rule as Partial<InboundRule>),
    ...{ priority, direction, access, protocol },
  }));
}

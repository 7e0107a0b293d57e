/** Do real gateways do what they must: serve, fail closed, fail over, and stay as they are when nothing has changed? */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { disruptions, pause } from './disruptions.js';
import { firstPsk, identityOf, LabGateway, type GatewayKind, type LoadReport } from './lab-gateway.js';
import { clients, edges, stranger } from './lab-plan.js';
import { describeInLab } from './lab-suite.js';
import { tellTable } from './tell-table.js';

const kinds: readonly GatewayKind[] = [
  { suite: 'bookworm', routing: 'route-based' },
  { suite: 'trixie', routing: 'route-based' },
  { suite: 'bookworm', routing: 'policy-based' },
  { suite: 'trixie', routing: 'policy-based' },
];

/** Milliseconds that one thing may take with all gateways, on two processors. */
const limitMs = 300_000;

describeInLab('real gateways', ['bookworm', 'trixie'], (lab) => {
  const gateways: LabGateway[] = [];
  const rows: (readonly (string | number)[])[] = [];

  /** Does something with all of them while a client asks of each; how it went, with what leaked. */
  async function watch(deed: (gateway: LabGateway) => Promise<unknown>) {
    await lab().fabric.forgetLeaks();
    const seen = await Promise.all(
      gateways.map(async (gateway) => ({ gateway, load: await gateway.underLoad(() => deed(gateway)) })),
    );
    return Promise.all(
      seen.map(async (one) => ({ ...one, leaks: await lab().fabric.leaks(one.gateway.port) })),
    );
  }

  function tell(
    what: string,
    gateway: LabGateway,
    leaks: number,
    { answered, lost, gapSeconds }: LoadReport,
  ) {
    process.stderr.write(
      `${what}: ${gateway.title}: ${leaks} in the clear, ${lost} lost, ${gapSeconds.toFixed(1)} s\n`,
    );
    rows.push([what, gateway.title, leaks, answered, lost, gapSeconds.toFixed(1)]);
  }

  beforeAll(async () => {
    const credentials = kinds.map((_, index) => ({ identity: identityOf(index + 1), psk: firstPsk }));
    await Promise.all(lab().edges.map((edge) => edge.setCredentials(credentials)));
    gateways.push(
      ...(await Promise.all(kinds.map((kind, index) => LabGateway.boot(lab(), index + 1, kind)))),
    );
  }, limitMs);

  test(
    'serve after the product’s own scripts have run, and leave nothing in the clear on the way',
    async () => {
      const results: unknown[] = [];
      for (const { gateway, leaks, load } of await watch(async (one) => results.push(await one.setUp()))) {
        expect(await gateway.ask()).toBe('fra4');
        expect(await gateway.probe()).toBe(200);
        expect([gateway.title, leaks]).toEqual([gateway.title, 0]);
        tell('set up for the first time', gateway, leaks, load);
      }
      expect(results).toEqual(kinds.map(() => expect.objectContaining({ ok: true, probe: 200 })));
    },
    limitMs,
  );

  test(
    'change nothing and lose no request when the script runs again',
    async () => {
      const results: unknown[] = [];
      for (const { gateway, leaks, load } of await watch(async (one) => results.push(await one.setUp()))) {
        expect([gateway.title, load.lost]).toEqual([gateway.title, 0]);
        tell('set up again, unchanged', gateway, leaks, load);
      }
      expect(results).toEqual(kinds.map(() => expect.objectContaining({ ok: true, changed: [] })));
    },
    limitMs,
  );

  test('answer nobody but the clients', async () => {
    for (const gateway of gateways) {
      expect(await gateway.ask(stranger)).not.toBe('fra4');
      expect(await gateway.ask(clients[2])).toBe('fra4');
      const fromOutside = `curl -s -m 3 -o /dev/null -w '%{http_code}' http://${gateway.identity}:9400/ || true`;
      expect(await lab().edge('fra4').guest.shell(fromOutside)).toBe('000');
    }
  }, 60_000);

  test('tell an operator how they are, and all that there is to look at, without a secret', async () => {
    await Promise.all(
      gateways.map(async ({ guest }) => {
        const status = await guest.shell('tk-gateway status');
        expect(status).toContain('200, ok: primary');
        expect(status).toContain('New           connections take primary');
        const diagnosis = await guest.shell('tk-gateway diagnose');
        for (const part of ['== Libreswan', 'established Child SA', 'ESP in UDP', 'Chain TK'])
          expect(diagnosis).toContain(part);
        expect(diagnosis).not.toContain(firstPsk);
        expect(diagnosis).not.toMatch(/0x[0-9a-f]{24}/);
      }),
    );
  }, 120_000);

  describe('leave nothing in the clear, and serve again,', () => {
    test.each(disruptions)(
      'when $name',
      async ({ name, toAll, toEach }) => {
        await Promise.all(gateways.map((gateway) => gateway.preferPrimary()));
        const all = toAll?.(lab()) ?? Promise.resolve();
        const seen = await watch(async (gateway) => {
          await Promise.all([all, toEach?.(gateway)]);
          await gateway.served(90);
        });
        for (const { gateway, leaks, load } of seen) tell(name, gateway, leaks, load);
        expect(seen.map(({ leaks }) => leaks)).toEqual(kinds.map(() => 0));
      },
      limitMs,
    );
  });

  test(
    'move new connections to the other edge when theirs dies, and reset those that began there',
    async () => {
      const withTwo = gateways.filter(({ config }) => config.tunnels.length === 2);
      await Promise.all(withTwo.map((gateway) => gateway.preferPrimary()));
      const open = withTwo.map((gateway) => gateway.open(clients[2], 120));
      await pause(2); // they stand
      await lab().fabric.lose(edges[0].address, 1);
      const moved = await Promise.all(withTwo.map((gateway) => gateway.served(60)));
      const ended = await Promise.all(open);
      await lab().fabric.lose(edges[0].address, 0);
      for (const [index, gateway] of withTwo.entries()) {
        const { kind, seconds } = ended[index] ?? { kind: 'silent', seconds: NaN };
        process.stderr.write(
          `failover: ${gateway.title}: new connections after ${(moved[index] ?? NaN).toFixed(1)} s, an open one ${kind} after ${(seconds - 2).toFixed(1)} s\n`,
        );
        expect([gateway.title, await gateway.ask()]).toEqual([gateway.title, 'ams2-2']);
        expect([gateway.title, kind]).toEqual([gateway.title, 'reset']);
      }
    },
    limitMs,
  );

  test(
    'are found leaking once the rule is removed: so the suite can fail',
    async () => {
      const seen = await watch(async (gateway) => {
        // Without the rule, a policy-based gateway leaks while pluto is down, and a route-based one without a device.
        await gateway.guest.shell(
          'systemctl stop tunnelkeeper-agent; iptables -F TK; systemctl stop ipsec; ip link del vti0 2>/dev/null; ip link del vti1 2>/dev/null; ip route flush 185.46.212.88/32; true',
        );
        await pause(4);
      });
      for (const { gateway, leaks, load } of seen) tell('planted: the rule is removed', gateway, leaks, load);
      expect(seen.filter(({ leaks }) => leaks === 0).map(({ gateway }) => gateway.title)).toEqual([]);
    },
    limitMs,
  );

  test('the table of what was seen', () => {
    tellTable(['what happens', 'gateway', 'in the clear', 'answered', 'lost', 'longest gap, s'], rows);
  });
});

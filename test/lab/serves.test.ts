/** Does what is rendered make a gateway of a real Debian machine, from its first boot to a page that a client gets? */
import { expect, test } from '@jest/globals';
import { LabGateway, firstPsk, type GatewayKind } from './lab-gateway.js';
import { clients } from './lab-plan.js';
import { describeInLab } from './lab-suite.js';
import { tellTable } from './tell-table.js';

const kinds: readonly (GatewayKind & { readonly number: number })[] = [
  { number: 1, suite: 'bookworm', image: 'baked' },
  { number: 2, suite: 'trixie', image: 'baked' },
  { number: 3, suite: 'bookworm', image: 'bare' },
  { number: 4, suite: 'bookworm', image: 'baked', routing: 'policy-based' },
];

describeInLab('a real gateway', ['bookworm', 'trixie'], (lab) => {
  const rows: (readonly (string | number)[])[] = [];

  test.each(kinds)(
    'serves clients through its tunnel when it was set up on $suite, $image, $routing',
    async (kind) => {
      const credential = { identity: `203.0.113.${4 + kind.number}`, psk: firstPsk };
      await Promise.all(lab().edges.map((edge) => edge.setCredentials([credential])));
      const began = Date.now();
      const gateway = await LabGateway.boot(lab(), kind.number, kind);
      const bootSeconds = (Date.now() - began) / 1000;
      expect(await gateway.ask()).not.toBe('fra4');
      const result = await gateway.setUp();
      expect(result).toMatchObject({ ok: true, probe: 200 });
      const servedSeconds = (Date.now() - began) / 1000;
      expect(await gateway.ask()).toBe('fra4');
      expect(await gateway.probe()).toBe(200);
      // An open proxy it is not: whoever isn't among the clients gets no answer.
      expect(await gateway.lab.ask(gateway.port, clients[3], { timeout: 2, lasts: 0 })).toMatchObject({
        kind: 'answered',
      });
      let again: Awaited<ReturnType<typeof gateway.setUp>> | undefined;
      const load = await gateway.underLoad(async () => (again = await gateway.setUp()));
      expect(again).toMatchObject({ ok: true, changed: [] });
      expect(load.lost).toBe(0);
      const leaks = await lab().fabric.leaks(gateway.port);
      expect(leaks).toBe(0);
      rows.push([
        `${kind.suite}, ${kind.image ?? ''}, ${kind.routing ?? 'route-based'}`,
        bootSeconds.toFixed(1),
        servedSeconds.toFixed(1),
        `${load.answered} asked, ${load.lost} lost`,
        leaks,
      ]);
      await gateway.guest.powerOff();
    },
    300_000,
  );

  test('the table of what was seen', () => {
    tellTable(['machine', 'up after s', 'served after s', 'second run', 'packets in the clear'], rows);
    expect(rows).toHaveLength(kinds.length);
  });
});

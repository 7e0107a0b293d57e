/**
 * `npm run bench:troubles`: how soon does a real gateway serve again, what do its clients lose, what does its agent do,
 * and does the model do the same? Some 30 minutes.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Fabric } from '../../../infra/local/gateways/real/fabric.js';
import { netdataPort } from '../../../shared/site/netdata.js';
import { disruptions, type Disruption } from '../../lab/disruptions.js';
import { expectUnharmed, held, isMend, LabFleet, limitMs, type Seen } from '../../lab/lab-fleet.js';
import { pause, until, type GatewayKind, type LabGateway } from '../../lab/lab-gateway.js';
import { clients, edges } from '../../lab/lab-plan.js';
import { describeInLab } from '../../lab/lab-suite.js';
import { findPlanted, limitsOff, mendedTooOften } from '../../lab/planted-faults.js';
import { tellTable } from '../../lab/tell-table.js';
import { besideTable, differences, type Beside } from './model-beside-real.js';
import { disruptModel } from './model-gateway.js';
import { troubles } from './troubles.js';

const kinds: readonly GatewayKind[] = [
  { suite: 'bookworm', routing: 'route-based' },
  { suite: 'trixie', routing: 'route-based' },
  { suite: 'bookworm', routing: 'policy-based' },
  { suite: 'trixie', routing: 'policy-based' },
];

/** Stalls of 4 s in a day, one an hour; here they come one after the other. */
const stallsADay = 24;
/** Seconds between two, in which both tunnels have been checked at least once. */
const quietSeconds = 4;

describeInLab('real gateways in trouble', ['bookworm', 'trixie'], (lab) => {
  let fleet: LabFleet;
  const beside: Beside[] = [];

  beforeAll(async () => {
    fleet = await LabFleet.boot(lab(), kinds);
    await fleet.each((gateway) => gateway.setUp());
  }, limitMs);

  afterAll(() => {
    fleet.table();
    tellTable(...besideTable(beside));
  });

  describe('serve again', () => {
    test.each([...troubles, ...disruptions.filter(({ inModel }) => inModel !== undefined)])(
      'when $name',
      async (trouble) => {
        if ('usesUpMends' in trouble) await fleet.each((gateway) => gateway.forgetMends());
        const seen = await fleet.disrupt(trouble);
        beside.push(...(await besideModel(trouble, seen)));
        for (const { acts } of seen) expect(mendedTooOften(acts)).toEqual([]);
      },
      limitMs,
    );
  });

  test(
    'have Netdata where it is asked for and packaged, for those who were named, and nobody notices',
    async () => {
      const [viewer, other] = clients;
      const bring = async (gateway: LabGateway) => {
        const { psk, config, kind } = gateway;
        const { warning } = await gateway.setUp(psk, { ...config, netdata: { from: [`${viewer}/32`] } });
        const isPackaged = kind.suite === 'bookworm';
        expect(warning).toBe(isPackaged ? undefined : 'netdata-not-packaged');
        const charts = async () => {
          const end = await gateway.reach(viewer, netdataPort, '/api/v1/charts');
          return end.kind === 'answered' ? end.body : end.kind;
        };
        // Its modules begin after it does, and find the tunnels with their first answer.
        if (isPackaged) await until(async () => (await charts()).includes('"libreswan.'), 60);
        else expect(await charts()).toBe('refused');
        expect(await gateway.reach(other, netdataPort)).not.toMatchObject({ status: 200 });
        await gateway.setUp(psk, config);
        expect(await gateway.reach(viewer, netdataPort)).toMatchObject({ kind: 'refused' });
      };
      // One of each release: both routings have the same Netdata, which takes long to install.
      for (const seen of await fleet.watch(bring, held, fleet.gateways.slice(0, 2))) {
        expectUnharmed(seen);
        fleet.tell('Netdata is asked for, and not any more', seen);
      }
    },
    limitMs,
  );

  test(
    'move at most once in a day’s worth of stalls, with 1 % loss between, and mend nothing',
    async () => {
      await fleet.each((gateway) => gateway.forgetMends());
      await fleet.each((gateway) => gateway.settled());
      let stalls: Promise<void> | undefined;
      for (const seen of await fleet.watch(() => (stalls ??= stall(lab().fabric, stallsADay)), held)) {
        fleet.tell(`${stallsADay} stalls of 4 s, and 1 % loss between`, seen);
        expect([seen.gateway.title, seen.acts.filter(isMend)]).toEqual([seen.gateway.title, []]);
        expect(seen.acts.filter((act) => act.startsWith('New connections')).length).toBeLessThanOrEqual(1);
        expect(seen.leaks).toBe(0);
      }
    },
    limitMs,
  );

  test(
    'are found out when their agent’s limits are off',
    async () => {
      expect(await findPlanted(fleet, limitsOff)).toEqual([]);
    },
    limitMs,
  );

  test('differ from the model by no more than a third', () => {
    expect(differences(beside)).toEqual([]);
  });
});

async function stall(fabric: Fabric, times: number): Promise<void> {
  const loseAll = async (share: number) => {
    for (const { address } of edges) await fabric.lose(address, share);
  };
  for (let done = 0; done < times; done++) {
    await loseAll(0.01);
    await pause(quietSeconds);
    await loseAll(1);
    await pause(4);
  }
  await loseAll(0.01);
  await pause(quietSeconds);
  await loseAll(0);
}

/** Only what can be tried with a model. */
async function besideModel(
  { name, inModel, hasLabsPace = false }: Disruption,
  seen: readonly Seen[],
): Promise<readonly Beside[]> {
  if (inModel === undefined) return [];
  const modelled = {
    'route-based': await disruptModel('route-based', inModel),
    'policy-based': await disruptModel('policy-based', inModel),
  };
  return seen.map((one) => ({
    ...{ name, title: one.gateway.title, real: one, hasLabsPace },
    model: modelled[one.gateway.config.routing],
  }));
}

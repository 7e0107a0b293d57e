/** Which phase and which problem is told of a site? */
import { describe, expect, test } from '@jest/globals';
import { problem } from '../../../shared/site/problem.js';
import type { GatewayActivity, GatewayStatus, Phase } from '../../../shared/site/site-record.js';
import { gatewayStatus, isObstacle, sitePhase, siteProblem } from '../../../shared/site/site-status.js';
import { aRecord, aSlot, anAttempt, atSeconds, noon, nothingYet } from './helpers/builders.js';

const lacking = problem('capacity-lacking', 'No room.');

function gateway(doing: GatewayActivity, why?: typeof lacking): GatewayStatus {
  return {
    slot: aSlot('1'),
    zone: '1',
    doing,
    since: noon.toISOString(),
    because: 'So.',
    ...(why === undefined ? {} : { problem: why }),
  };
}

describe('sitePhase', () => {
  const serving = gateway('serving');
  const building = gateway('creating-machine');
  const stuck = gateway('failed', lacking);
  const stopped = gateway('stopped');
  const throttled = problem('throttled', 'Azure asks to wait for 1 second.');

  interface Row {
    readonly when: string;
    readonly before: Phase;
    readonly gateways: readonly GatewayStatus[];
    readonly isBlocked?: boolean;
    readonly phase: Phase;
  }
  const rows: readonly Row[] = [
    { when: 'all serve', before: 'building', gateways: [serving, serving], phase: 'serving' },
    { when: 'there is no gateway', before: 'building', gateways: [], phase: 'down' },
    {
      when: 'the first ones serve while others are made',
      before: 'building',
      gateways: [serving, building],
      phase: 'building',
    },
    {
      when: 'one that served is made again',
      before: 'serving',
      gateways: [serving, building],
      phase: 'degraded',
    },
    {
      when: 'all that served are made again',
      before: 'serving',
      gateways: [building, building],
      phase: 'down',
    },
    {
      when: 'a mended site has one left to make',
      before: 'degraded',
      gateways: [serving, building],
      phase: 'degraded',
    },
    {
      when: 'one is stuck and the others serve',
      before: 'building',
      gateways: [serving, stuck],
      phase: 'degraded',
    },
    {
      when: 'one is stuck and another is made',
      before: 'building',
      gateways: [building, stuck],
      phase: 'building',
    },
    {
      when: 'Azure asks for patience',
      before: 'building',
      gateways: [gateway('failed', throttled), gateway('failed', throttled)],
      phase: 'building',
    },
    {
      when: 'Azure asks for patience after the site served',
      before: 'serving',
      gateways: [gateway('failed', throttled)],
      phase: 'down',
    },
    { when: 'all are stuck', before: 'building', gateways: [stuck, stuck], phase: 'down' },
    {
      when: 'the balancer can’t be written',
      before: 'building',
      gateways: [building],
      isBlocked: true,
      phase: 'down',
    },
    { when: 'somebody stopped the only machine', before: 'serving', gateways: [stopped], phase: 'down' },
    {
      when: 'somebody stopped one of two',
      before: 'building',
      gateways: [serving, stopped],
      phase: 'degraded',
    },
    {
      when: 'the only gateway is changed as it serves',
      before: 'serving',
      gateways: [gateway('changing')],
      phase: 'degraded',
    },
    { when: 'a refused site begins to build', before: 'refused', gateways: [building], phase: 'building' },
  ];
  test.each(rows)('is $phase when $when', ({ before, gateways, isBlocked = false, phase }) => {
    expect(sitePhase(before, gateways, isBlocked)).toBe(phase);
  });
});

test.each([
  { what: 'a problem that somebody has to solve', told: problem('locked', 'Locked.'), is: true },
  { what: 'a request for patience', told: problem('throttled', 'Wait for 1 second.'), is: false },
  { what: 'another operation on the same', told: problem('conflict', 'In progress.'), is: false },
  { what: 'nothing', told: undefined, is: false },
])('isObstacle is $is for $what', ({ told, is }) => {
  expect(isObstacle(told)).toBe(is);
});

describe('siteProblem', () => {
  const locked = problem('locked', 'The balancer is locked.');
  test('is none while the site serves in full', () => {
    expect(siteProblem('serving', [gateway('serving', lacking)], [locked])).toBeUndefined();
  });
  test('is what blocks all before what blocks one', () => {
    expect(siteProblem('degraded', [gateway('failed', lacking)], [locked])).toBe(locked);
    expect(siteProblem('degraded', [gateway('serving'), gateway('failed', lacking)], [])).toBe(lacking);
  });
});

describe('gatewayStatus', () => {
  const slot = { slot: aSlot('1'), zone: '1' as const, n: 1 };
  const status = (doing: GatewayActivity, attempts = [anAttempt('vm-hq-z1-1', 'capacity-lacking')]) =>
    gatewayStatus(
      aRecord({}, { gateways: [gateway('failed')] }),
      nothingYet({ attempts }),
      slot,
      { doing, because: 'So.' },
      atSeconds(60),
    );

  test('says since when: still when it does the same, now when it does something else', () => {
    expect(status('failed').since).toBe(noon.toISOString());
    expect(status('creating-machine').since).toBe(atSeconds(60).toISOString());
  });

  test.each(['pip-hq-z1-1', 'nic-hq-z1-1', 'vm-hq-z1-1'])('tells what failed on %s', (subject) => {
    expect(status('failed', [anAttempt(subject, 'conflict')]).problem?.type).toBe('/problems/conflict');
  });

  test('tells nothing of another slot’s failure, and none of its own while it serves', () => {
    expect(status('failed', [anAttempt('vm-hq-z1-10', 'conflict')]).problem).toBeUndefined();
    expect(status('serving').problem).toBeUndefined();
  });
});

/** How is a site changed that stands? One gateway after the other: drained, touched, brought back; the last one never. */
import { describe, expect, test } from '@jest/globals';
import type { Zone } from '../../../shared/site/ids.js';
import { aSlot, atSeconds } from './helpers/builders.js';
import { Story } from './helpers/story.js';

const [one, two, three] = [aSlot('1'), aSlot('2'), aSlot('3')];
const ann = { by: 'ann@example.com', at: atSeconds(0).toISOString() };
const twoZones = { zones: ['1', '2'] };
const morePorts = { proxy: { ports: [9400, 9443] } };
const larger = { gateway: { size: 'Standard_D4s_v5' } };

/** A site that has served for five minutes. */
function aStory(spec: Readonly<Record<string, unknown>> = {}): Story {
  const story = new Story(spec);
  story.passes(300);
  return story;
}

const isOut = (story: Story) => Object.keys(story.record.outOfService ?? {}).length > 0;

/** Lets time go by until the change is carried out; says how many gateways served least. */
function carriedOut(story: Story, mostSeconds = 3600): number {
  let least = Infinity;
  const serving = () => story.record.gateways.filter(({ doing }) => doing === 'serving').length;
  story.passes(15);
  story.until(() => {
    least = Math.min(least, serving());
    return !isOut(story) && story.record.phase === 'serving';
  }, mostSeconds);
  return least;
}

describe('a change of the proxy’s ports', () => {
  test('sets one gateway after the other up, drained first, and the others serve', () => {
    const story = aStory();
    story.wants(morePorts);
    expect(carriedOut(story)).toBe(2);
    expect(story.steps()).toEqual([
      'put nsg-hq',
      ...[one, two, three].flatMap((slot) => [`put pool [${slot}]`, `${slot} put setup`, 'put pool []']),
      // Clients reach a port once every gateway serves it.
      'put lb-hq',
    ]);
    expect(story.record).toMatchObject({ outOfService: {}, replacements: [] });
    expect(story.told('max-unavailable')).toHaveLength(2);
  });

  test('touches a gateway 120 s after the balancer has let it go, not earlier', () => {
    const story = aStory(twoZones);
    story.wants({ ...morePorts, ...twoZones });
    story.until(() => story.steps().includes(`${one} put setup`));
    const drainedAt = story.record.outOfService?.[one]?.drainedAt ?? '';
    const setUpAt = story.begun.find(({ step }) => step.intent.kind === 'setup')?.at ?? 0;
    const seconds = (atSeconds(setUpAt).getTime() - Date.parse(drainedAt)) / 1000;
    expect(seconds).toBe(120);
  });

  test('of two at once takes two out at once', () => {
    const atOnce = { remediation: { maxUnavailable: 2 } };
    const story = aStory(atOnce);
    story.wants({ ...morePorts, ...atOnce });
    expect(carriedOut(story)).toBe(1);
    expect(story.steps()).toContain(`put pool [${one} ${two}]`);
  });

  test('sets the only gateway up as it serves: there is nobody to hand its connections to', () => {
    const story = aStory({ zones: ['1'] });
    story.wants({ ...morePorts, zones: ['1'] });
    story.passes(600);
    expect(story.steps()).toEqual(['put nsg-hq', `${one} put setup`, 'put lb-hq']);
    expect(story.record).toMatchObject({ phase: 'serving', outOfService: {} });
  });

  test('waits while another gateway is being mended, and goes on then', () => {
    const story = aStory(twoZones);
    story.changesMachine(two, { power: 'stopped' });
    story.wants({ ...morePorts, ...twoZones });
    story.passes(60);
    expect(story.steps()).not.toContain(`put pool [${one}]`);
    carriedOut(story);
    expect(story.steps()).toContain(`${one} put setup`);
    expect(story.steps()).toContain(`${two} put setup`);
  });
});

describe('a change of the machines’ size', () => {
  test('replaces them one at a time, in place', () => {
    const story = aStory(twoZones);
    story.wants({ ...larger, ...twoZones });
    expect(carriedOut(story)).toBe(1);
    const replaced = (slot: string) => [
      `put pool [${slot}]`,
      `${slot} delete vm-${slot}-g1`,
      `${slot} put vm-${slot}-g2`,
      `${slot} put setup`,
      'put pool []',
    ];
    expect(story.steps()).toEqual([...replaced(one), ...replaced(two)]);
  });

  test('is no replacement of the day’s few: somebody asked for it', () => {
    const perDay = { remediation: { replacementsPerDay: 0 }, ...twoZones };
    const story = aStory(perDay);
    story.wants({ ...larger, ...perDay });
    carriedOut(story);
    expect(story.steps()).toContain(`${two} delete vm-hq-z2-1-g1`);
    expect(story.record.replacements).toEqual([]);
    expect(story.told('replacements-a-day')).toEqual([]);
  });

  test('goes back when the other gateway fails while it is drained', () => {
    // Seen: its machine was deleted two minutes later though nobody else served.
    const story = aStory(twoZones);
    story.wants({ ...larger, ...twoZones });
    story.until(() => story.record.outOfService?.[one]?.drainedAt !== undefined);
    const refused = { state: 'down', request: false, because: 'credential-refused' } as const;
    story.breaks(two, { says: { tunnels: { primary: refused } }, curedBy: [] });
    story.changesMachine(two, { state: 'changing' });
    story.passes(1800);
    expect(story.steps(one)).toEqual([]);
    expect(story.doing(one)).toBe('serving');
    expect(story.record.outOfService).toEqual({});
  });

  test.each([
    { what: 'protects it', holds: (story: Story) => story.orders(one, { protect: ann }) },
    {
      what: 'freezes the site',
      holds: (story: Story) => {
        const freeze = [{ from: '2026-03-02T12:00:00Z', to: '2026-03-02T14:00:00Z' }];
        story.wants({ ...larger, ...twoZones, remediation: { freeze } });
      },
    },
  ])('goes back when somebody $what while it is drained', ({ holds }) => {
    // Seen: its machine was deleted minutes after it had been protected.
    const story = aStory(twoZones);
    story.wants({ ...larger, ...twoZones });
    story.until(() => story.record.outOfService?.[one]?.drainedAt !== undefined);
    holds(story);
    story.passes(600);
    expect(story.doing(one)).toBe('serving');
    expect(story.steps()).not.toContain(`${one} delete vm-${one}-g1`);
  });

  test('leaves the only gateway alone: nobody would serve meanwhile', () => {
    const story = aStory({ zones: ['1'] });
    story.wants({ ...larger, zones: ['1'] });
    story.passes(1800);
    expect(story.steps()).toEqual([]);
    expect(story.told('last-healthy-gateway')).toHaveLength(1);
  });
});

describe('a change of zones', () => {
  const moved = (from: readonly Zone[], to: readonly Zone[]) => {
    const story = aStory({ zones: from });
    story.wants({ zones: to });
    carriedOut(story);
    story.until(() => story.record.gateways.length === to.length);
    story.passes(60);
    return story;
  };
  const built = (slot: string) => [
    `${slot} put pip-${slot}`,
    `${slot} put nic-${slot}`,
    `${slot} put vm-${slot}-g1`,
    `${slot} put setup`,
  ];
  const removed = (slot: string) => [
    `put pool [${slot}]`,
    `${slot} delete vm-${slot}-g1`,
    `${slot} delete nic-${slot}`,
    `${slot} delete pip-${slot}`,
  ];

  test.each<{ from: readonly Zone[]; to: readonly Zone[]; steps: readonly string[] }>([
    { from: ['1', '2'], to: ['1'], steps: removed(two) },
    { from: ['1'], to: ['1', '2'], steps: built(two) },
    { from: ['1'], to: ['2'], steps: [...built(two), ...removed(one)] },
  ])('from $from to $to', ({ from, to, steps }) => {
    const story = moved(from, to);
    expect(story.steps()).toEqual(steps);
    expect(story.record).toMatchObject({ phase: 'serving', outOfService: {} });
  });

  test('a zone that was left and is wanted again is built as if it had never been', () => {
    // Seen: it was remembered as out of service, and kept out of the pool while it was new.
    const story = moved(['1', '2'], ['1']);
    const { length } = story.begun;
    story.wants(twoZones);
    story.until(() => story.record.gateways.length === 2 && story.record.phase === 'serving');
    expect(story.steps().slice(length)).toEqual([
      `${two} put pip-${two}`,
      `${two} put nic-${two}`,
      `${two} put vm-${two}-g2`,
      `${two} put setup`,
    ]);
  });
});

describe('what operators order', () => {
  test('drain keeps a gateway away from new connections until it is taken back', () => {
    const story = aStory();
    story.orders(one, { drain: ann });
    story.passes(1800);
    expect(story.steps()).toEqual([`put pool [${one}]`]);
    expect(story.doing(one)).toBe('drained');
    story.orders(one, undefined);
    story.passes(60);
    expect(story.steps()).toEqual([`put pool [${one}]`, 'put pool []']);
    expect(story.doing(one)).toBe('serving');
  });

  test('drain outlasts a change of the spec, which is carried out', () => {
    // Seen: the gateway was on its way back into the pool for ever, so that no other one was changed.
    const story = aStory(twoZones);
    story.orders(one, { drain: ann });
    story.passes(60);
    story.wants({ ...twoZones, ...morePorts });
    story.until(() => story.steps().includes(`${one} put setup`));
    story.passes(300);
    expect(story.doing(one)).toBe('drained');
    expect(story.record.outOfService).toEqual({});
  });

  test('replace drains, replaces once, brings back, and is over', () => {
    const story = aStory(twoZones);
    story.orders(one, { replace: { ...ann, generation: 1 } });
    expect(carriedOut(story)).toBe(1);
    story.passes(1800);
    expect(story.steps()).toEqual([
      `put pool [${one}]`,
      `${one} delete vm-hq-z1-1-g1`,
      `${one} put vm-hq-z1-1-g2`,
      `${one} put setup`,
      'put pool []',
    ]);
    expect(story.record.orders).toEqual({});
  });

  test.each([
    { when: 'it is the only one', spec: { zones: ['1'] }, breaks: false },
    { when: 'the other one does not serve', spec: twoZones, breaks: true },
  ])('replace is held and told once when $when', ({ spec, breaks }) => {
    const story = aStory(spec);
    const refused = { state: 'down', request: false, because: 'credential-refused' } as const;
    if (breaks) story.breaks(two, { says: { tunnels: { primary: refused } }, curedBy: [] });
    story.passes(600);
    story.orders(one, { replace: { ...ann, generation: 1 } });
    story.passes(1800);
    expect(story.steps(one)).toEqual([]);
    expect(story.told('last-healthy-gateway')).toHaveLength(1);
    expect(story.doing(one)).toBe('serving');
  });

  test('protect keeps even a change of the spec away, until it is taken back', () => {
    const story = aStory(twoZones);
    story.orders(one, { protect: ann });
    story.wants({ ...morePorts, ...twoZones });
    story.passes(1800);
    expect(story.steps(one)).toEqual([]);
    expect(story.steps()).toContain(`${two} put setup`);
    story.orders(one, undefined);
    carriedOut(story);
    expect(story.steps(one)).toEqual([`${one} put setup`]);
  });
});

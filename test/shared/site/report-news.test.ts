/** Which reports have a site looked at, and which tell nothing that is new? */
import { expect, test } from '@jest/globals';
import { keepReport, newsOf, type KeptReport, type News } from '../../../shared/site/report-news.js';
import type { ReportedState } from '../../../shared/site/read-report.js';
import type { GatewayActivity } from '../../../shared/site/site-record.js';
import { atSeconds, noon } from './helpers/builders.js';
import { downState, servingState } from './helpers/reports.js';

const kept = (secondsAgo: number, more: Partial<KeptReport> = {}): KeptReport => ({
  at: atSeconds(-secondsAgo).toISOString(),
  state: servingState,
  isOwed: false,
  ...more,
});
const nudged = (secondsAgo: number) => ({ nudgedAt: atSeconds(-secondsAgo).toISOString() });

interface Case {
  readonly when: string;
  readonly state: ReportedState;
  readonly doing: GatewayActivity;
  readonly before?: KeptReport;
  readonly news: News;
}

test.each<Case>([
  { when: 'the first says what the row tells', state: servingState, doing: 'serving', news: 'known' },
  { when: 'the first says otherwise', state: downState, doing: 'serving', news: 'nudges' },
  { when: 'one is well that was broken', state: servingState, doing: 'broken', news: 'nudges' },
  { when: 'one is well that was suspended', state: servingState, doing: 'suspended', news: 'nudges' },
  { when: 'the row knows that it is broken', state: downState, doing: 'mending', news: 'known' },
  { when: 'it is being set up', state: downState, doing: 'setting-up', news: 'known' },
  { when: 'it is being changed', state: downState, doing: 'changing', news: 'known' },
  {
    when: 'the same came 59 s ago',
    ...{ state: downState, doing: 'serving', before: kept(59, { state: downState }), news: 'repeated' },
  },
  {
    when: 'the same came 60 s ago, and the row tells otherwise',
    ...{ state: downState, doing: 'serving', before: kept(60, { state: downState }), news: 'nudges' },
  },
  {
    when: 'the words alone differ',
    state: { ...downState, because: 'down for 12 s' },
    ...{ doing: 'serving', before: kept(1, { state: downState }), news: 'repeated' },
  },
  {
    when: 'the probe has turned before the row told so',
    ...{ state: servingState, doing: 'serving', before: kept(5, { state: downState }), news: 'nudges' },
  },
  {
    when: 'the trouble of a gateway that serves alone differs',
    state: { ...servingState, route: 'secondary' },
    ...{ doing: 'serving', before: kept(5), news: 'known' },
  },
  {
    when: 'another was looked at 8 s ago',
    ...{ state: downState, doing: 'serving', before: kept(8, nudged(8)), news: 'owed' },
  },
  {
    when: 'another was looked at 9 s ago',
    ...{ state: downState, doing: 'serving', before: kept(9, nudged(9)), news: 'nudges' },
  },
])('newsOf says $news when $when', ({ state, doing, news, before }) => {
  expect(newsOf(state, before, doing, noon)).toBe(news);
});

test.each([
  { news: 'nudges', isOwed: false, nudgedAt: noon.toISOString() },
  { news: 'owed', isOwed: true, nudgedAt: atSeconds(-5).toISOString() },
  { news: 'known', isOwed: false, nudgedAt: atSeconds(-5).toISOString() },
] as const)('keepReport keeps when the site was looked at last, $news', ({ news, isOwed, nudgedAt }) => {
  const before = kept(8, { ...nudged(5), isOwed: true });
  expect(keepReport(downState, before, news, noon)).toEqual({
    at: noon.toISOString(),
    state: downState,
    isOwed,
    nudgedAt,
  });
});

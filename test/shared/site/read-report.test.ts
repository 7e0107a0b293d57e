/** Which bodies are reports, and what is said of the others? */
import { expect, test } from '@jest/globals';
import { readReport, reportWords } from '../../../shared/site/read-report.js';
import { aReport, downState, notServing, servingState } from './helpers/reports.js';

test.each([
  { when: 'the gateway serves', body: aReport(), state: servingState },
  { when: 'it does not', body: aReport(notServing), state: downState },
  { when: 'a newer agent says more', body: aReport({ mood: 'fine' }), state: servingState },
])('readReport reads the state when $when', ({ body, state }) => {
  expect(readReport(body)).toEqual({ ok: true, value: { site: 'hq', slot: 'hq-z1-1', state } });
});

const up = { role: 'primary', isUp: true, trouble: null };

test.each([
  { when: 'a report is nothing', body: null, field: undefined },
  { when: 'a report is a list', body: [aReport()], field: undefined },
  { when: 'it has no site', body: aReport({ site: undefined }), field: 'site' },
  { when: 'its slot is endless', body: aReport({ slot: 'x'.repeat(101) }), field: 'slot' },
  { when: 'its probe is another status', body: aReport({ probe: 204 }), field: 'probe' },
  { when: 'its probe is text', body: aReport({ probe: '200' }), field: 'probe' },
  { when: 'its words have 201 characters', body: aReport({ because: 'x'.repeat(201) }), field: 'because' },
  { when: 'its words are a list', body: aReport({ because: ['down'] }), field: 'because' },
  { when: 'its route is no tunnel', body: aReport({ route: 'eth0' }), field: 'route' },
  { when: 'its route is left out', body: aReport({ route: undefined }), field: 'route' },
  { when: 'it has no tunnels', body: aReport({ tunnels: [] }), field: 'tunnels' },
  { when: 'it has three tunnels', body: aReport({ tunnels: [up, up, up] }), field: 'tunnels' },
  { when: 'it has one tunnel twice', body: aReport({ tunnels: [up, up] }), field: 'tunnels' },
  { when: 'a tunnel is a text', body: aReport({ tunnels: ['primary'] }), field: 'tunnels.0' },
  { when: 'nobody knows whether it is up', body: aReport({ tunnels: [{ role: 'primary' }] }) },
  {
    when: 'the trouble is a sentence',
    body: aReport({ tunnels: [{ ...up, trouble: 'no child SA' }] }),
    field: 'tunnels.0.trouble',
  },
  { when: 'it tells eleven changes', body: aReport({ changes: Array(11).fill('x') }), field: 'changes' },
  { when: 'a change is endless', body: aReport({ changes: ['x'.repeat(201)] }), field: 'changes.0' },
])('readReport refuses a body, and names the field and the mend, when $when', ({ body, field }) => {
  const read = readReport(body);
  expect(read).toMatchObject({ ok: false, problem: { type: '/problems/invalid-report', status: 422 } });
  if (read.ok) return;
  if (field !== undefined) expect(read.problem.field).toBe(field);
  expect(read.problem.mend).toMatch(/^Send /);
});

test('readReport takes words of 200 characters, and leaves no character that steers a terminal or turns a line', () => {
  const because = '\u001b[2J\r\n\u202e<script>'.padEnd(200, 'x');
  const read = readReport(aReport({ because }));
  expect(read).toMatchObject({ value: { state: { because: `?[2J???<script>`.padEnd(200, 'x') } } });
});

test('readReport quotes nothing of a body that it refuses', () => {
  const read = readReport(aReport({ because: 'Correct7Horse'.repeat(20), probe: 'Correct7Horse' }));
  expect(JSON.stringify(read)).not.toContain('Correct7Horse');
});

test.each([
  { state: servingState, words: 'probe 200, primary up' },
  { state: downState, words: 'probe 503, primary down: no-child-sa' },
  {
    state: { ...downState, tunnels: [...servingState.tunnels, { role: 'secondary', isUp: false }] },
    words: 'probe 503, primary up, secondary down',
  },
] as const)('reportWords says $words, and none of the gateway’s own words', ({ state, words }) => {
  expect(reportWords(state)).toBe(words);
});

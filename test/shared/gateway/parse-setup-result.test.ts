/** Is a setup's output believed only when its last result line is sound? */
import { expect, test } from '@jest/globals';
import { parseSetupResult } from '../../../shared/gateway/parse-setup-result.js';
import type { SetupResult } from '../../../shared/gateway/setup-result.js';

const serving: SetupResult = {
  ok: true,
  config: '0123456789ab',
  changed: ['gateway.json'],
  tunnels: { primary: { state: 'up', seconds: 2 }, secondary: { state: 'down', seconds: 31 } },
  probe: 200,
};

function line(result: unknown): string {
  return `TUNNELKEEPER RESULT ${JSON.stringify(result)}`;
}

test.each([
  { when: 'the line stands alone', output: line(serving) },
  { when: 'lines of commands stand before it', output: `Reading package lists...\n${line(serving)}\n` },
  { when: 'lines end as Windows ends them', output: `Setting up libreswan\r\n${line(serving)}\r\n` },
  {
    when: 'an earlier run is in the output too',
    output: `${line({ ...serving, ok: false })}\n${line(serving)}\n`,
  },
  {
    when: 'the cut of the first bytes left half a line before it',
    output: `ULT {"ok":false\n${line(serving)}\n`,
  },
])('parseSetupResult gives the result when $when', ({ output }) => {
  expect(parseSetupResult(output)).toEqual(serving);
});

test('parseSetupResult gives reason and mend when the setup failed', () => {
  const failed = { ...serving, ok: false, probe: 0, reason: 'edge-silent', mend: 'Check the edge.' };
  expect(parseSetupResult(line(failed))).toEqual(failed);
});

test('parseSetupResult gives a warning beside a result that is good', () => {
  const warned = { ...serving, warning: 'netdata-not-packaged' };
  expect(parseSetupResult(line(warned))).toEqual(warned);
});

test('parseSetupResult believes the rest when the warning is unknown', () => {
  expect(parseSetupResult(line({ ...serving, warning: 'odd' }))).toEqual(serving);
});

test.each([
  { when: 'nothing was said', output: '' },
  { when: 'there is no result line', output: 'E: Unable to locate package libreswan\n' },
  { when: 'the line is cut', output: line(serving).slice(0, -10) },
  { when: 'it is no JSON', output: 'TUNNELKEEPER RESULT {ok}' },
  { when: 'the marker isn’t at the beginning of a line', output: `echo ${line(serving)}` },
  { when: 'a field is missing', output: line({ ...serving, probe: undefined }) },
  {
    when: 'a tunnel is in an unknown state',
    output: line({ ...serving, tunnels: { primary: { state: 'odd', seconds: 1 } } }),
  },
  { when: 'the reason is unknown', output: line({ ...serving, reason: 'because' }) },
  {
    when: 'the seconds are negative',
    output: line({ ...serving, tunnels: { primary: { state: 'up', seconds: -1 } } }),
  },
  {
    when: 'the last line is bad after a good one',
    output: `${line(serving)}\nTUNNELKEEPER RESULT {"ok":true}`,
  },
])('parseSetupResult gives nothing when $when', ({ output }) => {
  expect(parseSetupResult(output)).toBeUndefined();
});

/** A result line whose JSON has exactly so many characters. */
function lineOf(characters: number): string {
  const empty = { ...serving, changed: ['', '', '', '', '', '', '', '', '', '', '', ''] };
  let left = characters - JSON.stringify(empty).length;
  const changed = empty.changed.map(() => {
    const length = Math.min(100, left);
    left -= length;
    return 'x'.repeat(length);
  });
  return line({ ...serving, changed });
}

test.each([
  { characters: 1200, isRead: true },
  { characters: 1201, isRead: false },
])('parseSetupResult reads $characters characters of JSON: $isRead', ({ characters, isRead }) => {
  const output = lineOf(characters);
  expect(output.length).toBe(characters + 'TUNNELKEEPER RESULT '.length);
  expect(parseSetupResult(output) !== undefined).toBe(isRead);
});

/** Does docs/bad-input.md name tests that are there? Each row's file has the test, or its row, under just that title. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const root = new URL('../', import.meta.url);

interface Row {
  readonly what: string;
  readonly happens: string;
  readonly file: string;
  readonly title: string;
}

/** The rows of all tables; their heads and rules left out. */
function rowsOf(markdown: string): readonly Row[] {
  return markdown.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    const [, what = '', happens = '', file = '', title = ''] = cells;
    const isRow = cells.length > 1 && what !== 'case' && !/^-+$/.test(what);
    return isRow ? [{ what, happens, file, title: title.replace(/^`(.*)`$/, '$1') }] : [];
  });
}

/** Whether a source has a text as a whole literal, as titles and their rows are, or as the name of a test of Python's. */
function hasTest(source: string, text: string): boolean {
  const isLiteral = ["'", '"', '`'].some((quote) => source.includes(`${quote}${text}${quote}`));
  return isLiteral || source.includes(`def ${text}(`);
}

const rows = rowsOf(readFileSync(new URL('docs/bad-input.md', root), 'utf8'));

test('the table has thirty cases at least, none of them twice', () => {
  expect(rows.length).toBeGreaterThanOrEqual(30);
  expect(new Set(rows.map(({ what, happens }) => `${what}: ${happens}`)).size).toBe(rows.length);
});

test.each(rows)('$what: its test is in $file', ({ happens, file, title }) => {
  expect(happens).not.toBe('');
  expect(file).toMatch(/^test\/.*\.(ts|py)$/);
  expect(title).not.toBe('');
  const path = new URL(file, root);
  expect(existsSync(path) && hasTest(readFileSync(path, 'utf8'), title)).toBe(true);
});

test.each([
  { when: 'it is only begun', source: "test('a window that never opens twice', f)" },
  { when: 'it isn’t there', source: "test('another', f)" },
])('a title counts as missing when $when', ({ source }) => {
  expect(hasTest(source, 'a window that never opens')).toBe(false);
});

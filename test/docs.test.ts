/** Do the documents say what the code does? Fields, defaults and problems are compared. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { siteSchema } from '../shared/site/site.js';

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

/** First two cells of each row of a table, code marks taken off. */
function rows(text: string): ReadonlyMap<string, string> {
  const cells = [...text.matchAll(/^\| `([^`]+)` +\| +([^|]+?) +\|/gm)];
  return new Map(cells.map(([, field = '', value = '']) => [field, value.replaceAll('`', '')]));
}

/** A site's defaults by path; what is a value as a whole isn't taken apart. */
function flat(value: unknown, path = ''): readonly (readonly [string, string])[] {
  const isWhole =
    ['tunnel.identity', 'tags'].includes(path) || Array.isArray(value) || typeof value !== 'object';
  if (isWhole || value === null) {
    return [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([key, inner]) => flat(inner, path === '' ? key : `${path}.${key}`));
}

test('docs/site.md has the defaults of the schema', () => {
  const required = {
    name: 'hq',
    region: 'westeurope',
    network: {
      subnetId: `/subscriptions/${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s`,
    },
    tunnel: { edges: { primary: 'fra4-vpn.zscaler.net' } },
  };
  const documented = rows(read('docs/site.md'));
  const wanted = new Set(flat(required).map(([path]) => path));
  for (const [path, value] of flat(siteSchema.parse(required))) {
    expect([path, documented.get(path)]).toEqual([path, wanted.has(path) ? 'required' : value]);
  }
});

test('docs/site.md names every field of the schema', () => {
  const documented = [...rows(read('docs/site.md')).keys()];
  const known = Object.keys(siteSchema.shape);
  expect(new Set(documented.map((path) => path.split('.')[0]))).toEqual(new Set(known));
});

test('docs/problems.md has every kind of problem, with its status', () => {
  const source = read('shared/site/problem.ts');
  const kinds = [...source.matchAll(/^ {2}'?([a-z-]+)'?: \['[^']+', (\d+)\],$/gm)];
  const documented = rows(read('docs/problems.md'));
  expect(kinds.length).toBeGreaterThan(30);
  expect([...documented]).toEqual(kinds.map(([, code = '', status = '']) => [`/problems/${code}`, status]));
});

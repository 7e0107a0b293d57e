/** Is what is generated from the agent's modules current, and does each module keep to what a gateway has? */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { agentFilesPath, agentFilesText } from '../../../../infra/package/agent-files.js';
import { agentFiles } from '../../../../shared/gateway/agent-files.js';

const root = join(import.meta.dirname, '../../../..');

test('the generated file is current: `npm run generate` makes it so', () => {
  expect(readFileSync(join(root, agentFilesPath), 'utf8')).toBe(agentFilesText(root));
});

test('each module reaches the product as it is written', () => {
  const folder = join(root, 'shared/gateway/agent');
  const names = readdirSync(folder).filter((name) => name.endsWith('.py'));
  expect(Object.keys(agentFiles)).toEqual(names.sort());
  for (const [name, content] of Object.entries(agentFiles))
    expect([name, content]).toEqual([name, readFileSync(join(folder, name), 'utf8')]);
});

/** What is imported costs memory on every gateway: the whole agent stays below 15 MB. */
const allowed =
  'collections fcntl itertools json os re selectors signal socket struct subprocess sys threading time traceback';

test.each(Object.entries(agentFiles))('%s imports nothing that is large', (_, content) => {
  const own = Object.keys(agentFiles).map((name) => name.replace('.py', ''));
  const imported = [...content.matchAll(/^(?:import|from) (\w+)/gm)].map(([, name]) => name);
  for (const name of imported) expect([...allowed.split(' '), ...own]).toContain(name);
});

/** Does cloud-init take what a machine gets at its creation? */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { renderCloudInit } from '../../shared/gateway/render-cloud-init.js';
import { aGatewayConfig, gatewayCases } from '../shared/gateway/gateway-cases.js';
import { describeWith } from './tools.js';

const tool = 'cloud-init';

/** What is wrong with a cloud-config: by cloud-init's schema, and by its top-level keys, which the schema lets pass. */
function faults(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'cloud-init-'));
  try {
    const file = join(folder, 'user-data.yaml');
    writeFileSync(file, text);
    const { status, stdout, stderr } = spawnSync(tool, ['schema', '--config-file', file], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    const bySchema = status === 0 ? '' : `${stdout}${stderr}` || 'cloud-init failed without a word';
    return (
      bySchema +
      unknownKeys(text)
        .map((key) => `unknown key ${key}\n`)
        .join('')
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Keys of cloud-init 22.4 that are used; the original design wrote `write_file`, and nobody noticed. */
const keys = ['package_update', 'packages', 'write_files', 'runcmd'];

function unknownKeys(text: string): readonly string[] {
  return [...text.matchAll(/^(\w+):/gm)].map(([, key = '']) => key).filter((key) => !keys.includes(key));
}

describeWith('cloud-init', { tools: [tool], needsRoot: false }, () => {
  test.each(gatewayCases)('takes the custom data when $name', ({ config }) => {
    expect(faults(renderCloudInit(config))).toBe('');
  });

  test.each([
    { when: 'a key is misspelt', from: 'write_files:', to: 'write_file:', says: 'unknown key write_file' },
    {
      when: 'a list is a word',
      from: /packages:\n( {2}- .*\n)*/,
      to: 'packages: libreswan\n',
      says: 'packages',
    },
    {
      when: 'a file has no path',
      from: / {2}- path: .*\n {4}permissions/,
      to: '  - permissions',
      says: 'path',
    },
    { when: 'the first line doesn’t say what it is', from: '#cloud-config\n', to: '', says: '#cloud-config' },
    { when: 'it is no YAML', from: 'runcmd:\n', to: 'runcmd: [\n', says: 'valid' },
  ])('is refused when $when', ({ from, to, says }) => {
    const text = renderCloudInit(aGatewayConfig());
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    expect(faults(changed)).toContain(says);
  });
});

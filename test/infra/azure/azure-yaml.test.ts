/** Does azure.yaml name what the template and the package have? */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { textOfFile } from './review-copy.js';

const text = readFileSync('azure.yaml', 'utf8');
const valueOf = (key: string) => new RegExp(`^ *${key}: (.+)$`, 'm').exec(text)?.[1];

test('azure.yaml names the template', () => {
  expect(existsSync(`${valueOf('path') ?? ''}/${valueOf('module') ?? ''}.bicep`)).toBe(true);
});

test('the service of azure.yaml is the one that the function app’s tag names', () => {
  const service = /^services:\n {2}(\w+):$/m.exec(text)?.[1];

  expect(textOfFile('app.bicep')).toContain(`'azd-service-name': '${service ?? ''}'`);
});

test('azure.yaml deploys the folder that the package is unpacked in', () => {
  const [, folder = '', inner = ''] = /^(.+)\/(\w+)$/.exec(valueOf('dist') ?? '') ?? [];

  expect(readFileSync('infra/package/main.ts', 'utf8')).toContain(`'${folder}'`);
  expect(readFileSync('infra/package/main.ts', 'utf8')).toContain(`join(folder, '${inner}', path)`);
});

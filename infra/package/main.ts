/** `npm run package`: the zip that is deployed, what it weighs, and its hash. */
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleApp } from './bundle-app.js';
import { writeFiles } from './write-files.js';
import { zipFiles } from './zip-files.js';

/** Most that the zip may weigh, in bytes: what a cold start has to fetch. */
const mostBytes = 5 * 1024 * 1024;

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'dist/package');

const startedAt = performance.now();
const files = await bundleApp(root.replace(/\/$/, ''));
const zip = await zipFiles(files);
rmSync(folder, { recursive: true, force: true });
// The same files unpacked, for a tool that zips by itself, such as azd.
writeFiles(files, (path) => join(folder, 'app', path));
writeFileSync(join(folder, 'tunnelkeeper.zip'), zip);
const unpackedBytes = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
process.stdout.write(
  [
    'dist/package/tunnelkeeper.zip',
    `  size     ${zip.length} bytes of at most ${mostBytes} (${unpackedBytes} unpacked)`,
    `  SHA-256  ${createHash('sha256').update(zip).digest('hex')}`,
    `  files    ${files.length}`,
    `  time     ${((performance.now() - startedAt) / 1000).toFixed(1)} s`,
    '',
  ].join('\n'),
);
if (zip.length > mostBytes) {
  process.stderr.write(`The package is larger than ${mostBytes} bytes; which chunk grew?\n`);
  process.exitCode = 1;
}

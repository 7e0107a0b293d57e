/** `npm run generate` writes what is generated; with `--check` it says instead whether that is current. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { agentFilesPath, agentFilesText } from './agent-files.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const path = join(root, agentFilesPath);
const text = agentFilesText(root);
if (!process.argv.includes('--check')) writeFileSync(path, text);
else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
  process.stderr.write(`${agentFilesPath} is not what its sources say: run npm run generate.\n`);
  process.exitCode = 1;
}

/**
 * What may the app do, by what it did? Writes app-role.json, or says how it differs:
 *
 *     npx tsx infra/azure/write-role.ts [used-actions.json]
 *     npx tsx infra/azure/write-role.ts --compare [used-actions.json]
 *
 * The file is a JSON list of operations such as `Microsoft.Network/loadBalancers/write`; without one it is ours.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deriveRole, roleDifferences, type AppRole } from './derive-role.js';
import { readUsedActions } from './read-used-actions.js';

const ours = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const [usedFile = ours('used-actions.json')] = process.argv.slice(2).filter((one) => one !== '--compare');
const used = readUsedActions(readFileSync(usedFile, 'utf8'));

if (process.argv.includes('--compare')) {
  const role = JSON.parse(readFileSync(ours('app-role.json'), 'utf8')) as AppRole; // our own file, written below
  const differences = roleDifferences(role, used);
  for (const one of differences) process.stdout.write(`${one}\n`);
  process.stdout.write(
    `${used.length} actions are used; ${differences.length} differences from app-role.json.\n`,
  );
  process.exitCode = differences.length === 0 ? 0 : 1;
} else {
  writeFileSync(ours('app-role.json'), `${JSON.stringify(deriveRole(used), undefined, 2)}\n`);
}

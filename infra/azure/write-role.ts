/** Writes app-role.json from used-actions.json. After it, `npm run check:infra` and a look at the difference. */
import { readFileSync, writeFileSync } from 'node:fs';
import { deriveRole } from './derive-role.js';

const file = (name: string) => new URL(name, import.meta.url);
const used = JSON.parse(readFileSync(file('used-actions.json'), 'utf8')) as string[]; // a list of names, written by the local region
writeFileSync(file('app-role.json'), `${JSON.stringify(deriveRole(used), undefined, 2)}\n`);

/** Where is what the review looks at? The template's files, the product's sources, Microsoft's descriptions. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReviewInput } from './review.js';
import type { SchemaFile } from './rules/schema.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const rooms = ['functions', 'orchestrations', 'shared'];

/** Folder of the resource descriptions, beside the repository or where `AZURE_SPECS` says; `undefined` without one. */
export function schemaFolder(): string | undefined {
  const folder = join(process.env['AZURE_SPECS'] ?? join(root, '../shared/azure-specs'), 'resource-schemas');
  return existsSync(folder) ? folder : undefined;
}

/** Reads all that is reviewed. */
export function readInput(): ReviewInput {
  const folder = join(root, 'infra/azure');
  const names = readdirSync(folder).filter((name) => /\.(bicep|bicepparam|json)$/.test(name));
  const schemas = schemaFolder();
  return {
    texts: new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')])),
    sources: rooms.flatMap((room) => sourcesOf(join(root, room))),
    schemas:
      schemas === undefined ? [] : filesOf(schemas, '.json').map((text) => JSON.parse(text) as SchemaFile), // their README tells the shape
  };
}

function filesOf(folder: string, ending: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

function sourcesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

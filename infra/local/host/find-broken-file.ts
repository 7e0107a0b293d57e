/** Which file of an app has the syntax error? Node says so only where nobody catches it, so the files are read once more. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Files that are looked at; a bundle has fewer. */
const mostFiles = 300;

/**
 * Finds the first of the entry and the files that it imports by relative paths which Node can't read.
 *
 * @returns its path and line, such as `/app/broken.mjs:2`; `undefined` when each can be read alone
 */
export function findBrokenFile(entry: string): string | undefined {
  const files = new Set([entry]);
  for (const file of files) {
    if (files.size > mostFiles) return undefined;
    const { status, stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' });
    if (status !== 0) return firstPlaceIn(stderr) ?? file;
    for (const imported of importsOf(file)) files.add(imported);
  }
  return undefined;
}

function firstPlaceIn(stderr: string): string | undefined {
  return /^(?:file:\/\/)?(\/.+:\d+)$/m.exec(stderr)?.[1];
}

function importsOf(file: string): readonly string[] {
  const specifiers = readFileSync(file, 'utf8').matchAll(
    /(?:\bfrom|\bimport)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g,
  );
  return [...specifiers]
    .map(([, path = '']) => resolve(dirname(file), path))
    .filter((path) => existsSync(path));
}

/** How are the files of a package put into a folder? With the folders that their paths name. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { PackagedFile } from './bundle-app.js';

/** Writes each file to where its path belongs; the folders needn't be there. */
export function writeFiles(files: readonly PackagedFile[], placeOf: (path: string) => string): void {
  for (const { path, bytes } of files) {
    const file = placeOf(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}

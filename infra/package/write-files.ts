/** How are the files of a package put into a folder? With the folders that their paths name. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PackagedFile } from './bundle-app.js';

/** Writes files below a folder, which needn't be there. */
export function writeFiles(folder: string, files: readonly PackagedFile[]): void {
  for (const { path, bytes } of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}

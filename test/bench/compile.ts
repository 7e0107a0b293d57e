/**
 * What runs in virtual time without a loader of TypeScript? A copy of the code as JavaScript: a loader has a thread of its
 * own, and each `import()` ends when that thread says so, which is not the same twice.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Below the packages, so that the copy finds them. */
const cache = join(root, 'node_modules/.cache/tunnelkeeper');

/** Compiles all code, and gives the folder of the copy to somebody; it is gone afterwards. */
export async function withCompiled<T>(use: (folder: string) => Promise<T>): Promise<T> {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'compiled-'));
  try {
    await build({
      entryPoints: ['functions', 'orchestrations', 'shared', 'infra', 'test'].map(
        (room) => `${room}/**/*.ts`,
      ),
      ...({ absWorkingDir: root, outbase: root, outdir: folder } as const),
      ...({ format: 'esm', platform: 'node', target: 'node20', logLevel: 'error' } as const),
    });
    for (const file of ['host.json', 'package.json']) cpSync(join(root, file), join(folder, file));
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

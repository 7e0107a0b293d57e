/**
 * What does a process run whose time is virtual? The code as JavaScript: a loader of TypeScript has a thread of its own, and
 * each `import()` ends when that thread says so, which is not the same twice. A process starts sooner, too.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Below the packages, so that what is compiled finds them. */
const cache = join(root, 'node_modules/.cache/tunnelkeeper');

const rooms = ['functions', 'orchestrations', 'shared', 'infra', 'test'];

/** How long code that has changed since may still be run by somebody. */
const keptMs = 24 * 3600 * 1000;

/** What the code reads beside itself. */
const files = ['host.json', 'package.json'];

/**
 * Compiles the code as it is when this process first asks, unless that was done before.
 *
 * @param module such as `test/bench/run-day`
 * @returns absolute path of the module as JavaScript
 */
export async function compiledModule(module: string): Promise<string> {
  compiled ??= compiledFolder();
  return join(await compiled, `${module}.js`);
}

/** Of this process, which runs one state of the code however long it takes. */
let compiled: Promise<string> | undefined;

async function compiledFolder(): Promise<string> {
  const sources = rooms.flatMap(sourcesIn);
  const hash = createHash('sha256');
  for (const path of [...sources, ...files]) hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  const folder = join(cache, hash.digest('hex').slice(0, 16));
  if (!existsSync(folder)) await compile(sources, folder);
  return folder;
}

function sourcesIn(room: string): readonly string[] {
  return readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(room, path))
    .sort();
}

/** Compiles elsewhere and moves it, since several processes may do so at once: the first one's is kept. */
async function compile(sources: readonly string[], folder: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  dropOld();
  const made = mkdtempSync(join(cache, 'making-'));
  try {
    await build({
      entryPoints: [...sources],
      ...({ absWorkingDir: root, outbase: root, outdir: made } as const),
      ...({ format: 'esm', platform: 'node', target: 'node20', logLevel: 'error' } as const),
    });
    for (const file of files) cpSync(join(root, file), join(made, file));
    renameSync(made, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

function dropOld(): void {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const { mtimeMs = Infinity } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (Date.now() - mtimeMs > keptMs) rmSync(path, { recursive: true, force: true });
  }
}

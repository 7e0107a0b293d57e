/** Which disks can a guest start from? Built once by a recipe, and kept under the recipe's hash. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mirrorAddress } from './fabric.js';
import { runCommand } from './run-command.js';

/** A release of Debian: 12 with Libreswan 4.10, 13 with Libreswan 5.2. */
export type Suite = 'bookworm' | 'trixie';

/** What a guest of a release starts from; absolute paths. */
export interface Images {
  /** As from a marketplace: cloud-init, none of a gateway's packages. */
  readonly bare: string;
  /** The packages are there. */
  readonly baked: string;
  /** Folder of the packages that a gateway may have, and all that they need. */
  readonly mirror: string;
  /** Folder of a later Libreswan. */
  readonly newer: string;
}

const recipe = fileURLToPath(new URL('./image/', import.meta.url));
const bake = fileURLToPath(new URL('../../../image/bake.sh', import.meta.url));

/** What a gateway needs, as the script has it that images are baked by. */
export const gatewayPackages: readonly string[] =
  /^packages=\((.+)\)$/m.exec(readFileSync(bake, 'utf8'))?.[1]?.split(' ') ?? [];

/** How long images are kept that nobody uses any more. */
const keptMs = 7 * 24 * 3600 * 1000;

/** Where a guest finds the packages of its release; a later Libreswan is beside it, under `-newer`. */
export function mirrorUrl(suite: Suite): string {
  return `http://${mirrorAddress}/${suite}`;
}

/** Gives a release's images, built first when the recipe is new: about a minute. */
export async function imagesOf(suite: Suite, log: (line: string) => void): Promise<Images> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'tunnelkeeper-lab');
  const folder = join(cache, `${suite}-${recipeHash([suite, ...gatewayPackages])}`);
  if (!existsSync(folder)) await build(suite, { cache, folder, log });
  const now = new Date();
  utimesSync(folder, now, now);
  return {
    bare: join(folder, 'bare.img'),
    baked: join(folder, 'baked.img'),
    mirror: join(folder, 'mirror'),
    newer: join(folder, 'newer'),
  };
}

function recipeHash(words: readonly string[]): string {
  const hash = createHash('sha256').update(words.join(' ')).update(readFileSync(bake));
  for (const path of readdirSync(recipe, { recursive: true, encoding: 'utf8' }).sort())
    if (statSync(join(recipe, path)).isFile())
      hash.update(`${path}\0`).update(readFileSync(join(recipe, path)));
  return hash.digest('hex').slice(0, 12);
}

/** Builds elsewhere and moves it, so that an image that is there is whole. */
async function build(
  suite: Suite,
  { cache, folder, log }: { cache: string; folder: string; log: (line: string) => void },
): Promise<void> {
  mkdirSync(cache, { recursive: true });
  dropOld(cache);
  const made = `${folder}.${process.pid}`;
  mkdirSync(made);
  log(`The images of ${suite} are built, which takes about a minute…`);
  try {
    const command = ['bash', join(recipe, 'build.sh'), suite, made, ...gatewayPackages];
    await runCommand(command, { environment: { MIRROR: mirrorUrl(suite), BAKE: bake } });
    renameSync(made, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error; // another process may have been quicker
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

/** Drops what nobody uses any more, and what a build left whose process is gone. */
function dropOld(cache: string): void {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const builder = /\.(\d+)$/.exec(name)?.[1];
    const isLeft = builder === undefined ? Date.now() - statSync(path).mtimeMs > keptMs : !isAlive(builder);
    if (isLeft) rmSync(path, { recursive: true, force: true });
  }
}

function isAlive(processId: string): boolean {
  return existsSync(`/proc/${processId}`);
}

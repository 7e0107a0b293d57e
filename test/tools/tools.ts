/** Can this machine run a tool's suite? Where it can't, the suite is skipped with the reason; in CI that is a failure. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from '@jest/globals';

/** Debian keeps administrators' tools out of the PATH of others. */
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];

function obstacle(tools: readonly string[], needsRoot: boolean): string | undefined {
  const missing = tools.filter((tool) => !folders.some((folder) => existsSync(join(folder, tool))));
  if (missing.length > 0) return `${missing.join(', ')} not installed: run test/tools/install.sh`;
  if (!needsRoot) return undefined;
  if (process.getuid?.() !== 0) return 'not root';
  const { status } = spawnSync('unshare', ['--net', '--mount', '--pid', '--fork', 'true']);
  return status === 0 ? undefined : 'namespaces are not allowed here';
}

/** Runs a suite when its tools are there. */
export function describeWith(
  name: string,
  { tools, needsRoot }: { readonly tools: readonly string[]; readonly needsRoot: boolean },
  suite: () => void,
): void {
  describeUnless(obstacle(tools, needsRoot), name, suite);
}

/** Runs a suite unless something stands in its way, which is told. */
export function describeUnless(why: string | undefined, name: string, suite: () => void): void {
  if (why === undefined) {
    describe(name, suite);
  } else if (process.env.CI === 'true') {
    test(name, () => {
      throw new Error(`This can't be run: ${why}.`);
    });
  } else {
    describe.skip(`${name} (skipped: ${why})`, suite);
  }
}

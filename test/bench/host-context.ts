/** How quick is another engine on the same machine? Microsoft's newer one, fetched for the occasion; context only. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Orchestrations a second by workload, or why there are none. */
export type Context =
  | { readonly kind: 'measured'; readonly fan: number; readonly chain: number }
  | { readonly kind: 'absent'; readonly why: string };

/** The package needs Node 22, which is no dependency of ours either. */
const packages = ['node@22', '@microsoft/durabletask-js@0.4.0'];

const limitMs = 5 * 60_000;

/** Measures it; a machine that can't fetch it is no failure. */
export async function measureContext(): Promise<Context> {
  const script = fileURLToPath(new URL('./run-durabletask.ts', import.meta.url));
  const asked = packages.flatMap((name) => ['-p', name]);
  try {
    const { stdout } = await promisify(execFile)('npx', ['--yes', ...asked, '-c', `node "${script}"`], {
      timeout: limitMs,
    });
    const line = stdout.trim().split('\n').at(-1) ?? '';
    return { kind: 'measured', ...(JSON.parse(line) as { readonly fan: number; readonly chain: number }) }; // the script's own
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return { kind: 'absent', why };
  }
}

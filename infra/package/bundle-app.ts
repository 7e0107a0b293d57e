/** What of the app is deployed? Its code with everything that it uses, the SDKs as chunks that load when an activity asks for them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';

/** A file of the package. */
export interface PackagedFile {
  /** Path inside the package, with slashes. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** CommonJS inside the bundle asks for Node's own modules, and for the host's virtual one, by `require`. */
export const requireBanner =
  "import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);";

const options = {
  entryPoints: { main: 'functions/main.ts' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // A CommonJS package that is imported on demand (arm-monitor) would have a default export alone, no client by name.
  mainFields: ['module', 'main'],
  minify: true,
  // A stack trace names functions; maps would be twice the size of the code.
  keepNames: true,
  sourcemap: false,
  chunkNames: 'chunks/[name]-[hash]',
  // The worker supplies it at run time (setupCoreModule.ts of azure-functions-nodejs-worker).
  external: ['@azure/functions-core'],
  banner: { js: requireBanner },
  // Licences of what is bundled stay with it.
  legalComments: 'eof',
  logLevel: 'error',
  write: false,
  outdir: '.',
} as const satisfies BuildOptions;

/**
 * Bundles the app.
 *
 * @param root folder of the repository
 * @returns the files of the package, sorted by path: the same for the same sources and versions
 */
export async function bundleApp(root: string): Promise<readonly PackagedFile[]> {
  const { outputFiles } = await build({ ...options, absWorkingDir: root });
  const code = outputFiles.map(({ path, contents }) => ({
    path: path.slice(root.length).replaceAll('\\', '/').replace(/^\//, ''),
    bytes: contents,
  }));
  const files = [
    ...code,
    { path: 'host.json', bytes: readFileSync(join(root, 'host.json')) },
    { path: 'package.json', bytes: Buffer.from(manifest(root)) },
  ];
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** What Node and the Functions host ask of it: the module type, and the file to start with. No dependency is left. */
function manifest(root: string): string {
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  }; // our own file
  return `${JSON.stringify({ name, version, private: true, type: 'module', main: 'main.js' }, undefined, 2)}\n`;
}

/** What do the processes run? The package that is deployed and the region's own code, compiled once: they start often. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { bundleApp } from '../../infra/package/bundle-app.js';

/** Absolute paths of modules. */
export interface Programs {
  readonly app: string;
  readonly host: string;
  readonly cloud: string;
}

/** CommonJS inside a bundle asks for Node's own modules. */
const banner =
  "import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);";

/** Compiles all of them into a folder. */
export async function compilePrograms(folder: string): Promise<Programs> {
  for (const { path, bytes } of await bundleApp(resolve('.'))) {
    const file = join(folder, 'app', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  await build({
    entryPoints: ['test/kills/run-host.ts', 'test/kills/run-cloud.ts'],
    ...({ bundle: true, splitting: true, format: 'esm', platform: 'node', logLevel: 'error' } as const),
    // The app brings its own; none of them is used by the region.
    external: ['@azure/arm-*', '@azure/keyvault-*', '@azure/monitor-*', '@azure/functions-core'],
    banner: { js: banner },
    outExtension: { '.js': '.mjs' },
    outdir: folder,
  });
  return {
    app: join(folder, 'app/main.js'),
    host: join(folder, 'run-host.mjs'),
    cloud: join(folder, 'run-cloud.mjs'),
  };
}

/** What do the processes run? The package that is deployed and the region's own code, compiled once: they start often. */
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { bundleApp, requireBanner } from '../../infra/package/bundle-app.js';
import { writeFiles } from '../../infra/package/write-files.js';

/** Absolute paths of modules. */
export interface Programs {
  readonly app: string;
  readonly host: string;
  readonly cloud: string;
}

/** Compiles all of them into a folder. */
export async function compilePrograms(folder: string): Promise<Programs> {
  writeFiles(await bundleApp(resolve('.')), (path) => join(folder, 'app', path));
  await build({
    entryPoints: ['test/kills/run-host.ts', 'test/kills/run-cloud.ts'],
    ...({ bundle: true, splitting: true, format: 'esm', platform: 'node', logLevel: 'error' } as const),
    // The app brings its own; none of them is used by the region.
    external: ['@azure/arm-*', '@azure/keyvault-*', '@azure/monitor-*', '@azure/functions-core'],
    banner: { js: requireBanner },
    outExtension: { '.js': '.mjs' },
    outdir: folder,
  });
  return {
    app: join(folder, 'app/main.js'),
    host: join(folder, 'run-host.mjs'),
    cloud: join(folder, 'run-cloud.mjs'),
  };
}

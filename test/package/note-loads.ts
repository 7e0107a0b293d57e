/** Which modules does a process load from a folder, and when? A loader's hook writes each down. */
import { pathToFileURL } from 'node:url';

/**
 * The environment that makes a Node process note each module that it loads from a folder.
 *
 * @param folder absolute path; what is loaded from elsewhere is not noted
 * @param file where paths inside the folder are written, one a line
 */
export function noteLoads(folder: string, file: string): Readonly<Record<string, string>> {
  const hook = `
    import { appendFileSync } from 'node:fs';
    const folder = ${JSON.stringify(`${pathToFileURL(folder).href}/`)};
    export async function load(url, context, next) {
      if (url.startsWith(folder)) appendFileSync(${JSON.stringify(file)}, url.slice(folder.length) + '\\n');
      return next(url, context);
    }`;
  const preload = `import { register } from 'node:module'; register(${JSON.stringify(asModule(hook))});`;
  return { NODE_OPTIONS: `--import ${asModule(preload)}` };
}

const asModule = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`;

/** Does the app load, and is it sound? What isn't keeps the host from starting, with the file and what to do. */
import { fileURLToPath } from 'node:url';
import type { AppSettings } from './app-settings.js';
import { problemsOf } from './definitions.js';
import { findBrokenFile } from './find-broken-file.js';
import type { FunctionsCore } from './functions-core.js';
import { placeOfError } from './place-in-app.js';

/** An app that can't be served; its message holds everything that is wrong. */
export class BadAppError extends Error {
  override readonly name = 'BadAppError';
}

/**
 * Imports the app and checks what it registers.
 *
 * The real host leaves bad functions out and serves the others; here a developer is told before anything runs.
 *
 * @param appFile URL or absolute path
 * @throws BadAppError
 */
export async function loadApp(appFile: string, core: FunctionsCore, settings: AppSettings): Promise<void> {
  const file = appFile.startsWith('file:') ? fileURLToPath(appFile) : appFile;
  try {
    await import(appFile);
  } catch (error) {
    throw new BadAppError(whyNotLoaded(file, error), { cause: error });
  }
  const functions = [...core.functions.values()];
  if (functions.length === 0)
    throw new BadAppError(
      `${file} registers no function. Import the files that call app.http, app.timer and so on from it; do they import @azure/functions from the same node_modules?`,
    );
  const problems = [...(await problemsOfSetup(core)), ...problemsOf(functions, settings)];
  if (problems.length > 0)
    throw new BadAppError(
      [`${file} can't be served:`, ...problems.map((problem) => `- ${problem}`)].join('\n'),
    );
}

function whyNotLoaded(file: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const place = placeOfError(error);
  if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')
    return `${file} can't be loaded: ${message.split('\n')[0] ?? ''}. Install the package, or correct the path; relative imports need their ending.`;
  if (error instanceof SyntaxError || (error instanceof Error && error.name === 'TransformError'))
    return `${place ?? findBrokenFile(file) ?? file}: the app can't be read: ${message}. Correct it there.`;
  return `${place ?? file}: the app can't be loaded: ${message}`;
}

/** What `app.setup` asks of the worker changes how functions are called. */
async function problemsOfSetup(core: FunctionsCore): Promise<readonly string[]> {
  const asked = Object.keys((await core.model().getCapabilities?.({})) ?? {});
  return asked.map((name) =>
    name === 'HttpUri'
      ? "app.setup asks for enableHttpStream, which isn't served locally; leave it out, bodies are read whole."
      : `app.setup asks for the capability "${name}", which isn't served locally; leave it out.`,
  );
}

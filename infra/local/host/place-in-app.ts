/** Which file of the app is that? Places out of stacks and of messages of loaders. */
import { fileURLToPath } from 'node:url';

/** Frames that are looked through: durable-functions registers some ten calls deep. */
const deepestFrames = 40;

/** Where the app called from: the first frame that belongs neither to a library nor to the host, such as `/app/main.js:12`. */
export function placeOfCaller(): string | undefined {
  const usual = Error.stackTraceLimit;
  Error.stackTraceLimit = deepestFrames;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = usual;
  return placesIn(stack)[0];
}

/**
 * Where an error comes from, as its stack or its loader's message tells.
 *
 * A stack's frames come before its message: V8 writes the place of a syntax error above it, esbuild into the message.
 */
export function placeOfError(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const [above = ''] = (error.stack ?? '').split(`${error.name}: `);
  const written = /^(\/[^\n]*?:\d+)(?::\d+)?: ERROR/m.exec(error.message);
  return firstLineOf(above) ?? written?.[1] ?? placesIn(error.stack ?? '')[0];
}

function firstLineOf(text: string): string | undefined {
  const [line = ''] = text.split('\n');
  return readPlace(line);
}

function placesIn(stack: string): readonly string[] {
  return stack.split('\n').flatMap((line) => {
    const [, place = ''] = /^\s+at (?:.*\()?((?:file:\/\/|\/)[^()]+?)\)?$/.exec(line) ?? [];
    const read = readPlace(place);
    return read === undefined ? [] : [read];
  });
}

/** Reads `file:///app/main.js:12:3`; libraries, Node's own and this folder are nobody's place. */
function readPlace(text: string): string | undefined {
  const [, file = '', line = ''] = /^((?:file:\/\/)?\/.+?):(\d+)(?::\d+)?$/.exec(text.trim()) ?? [];
  if (file === '') return undefined;
  const path = file.startsWith('file:') ? fileURLToPath(file.replace(/\?.*$/, '')) : file;
  return path.includes('/node_modules/') || path.startsWith(ownFolder) ? undefined : `${path}:${line}`;
}

const ownFolder = fileURLToPath(new URL('.', import.meta.url));

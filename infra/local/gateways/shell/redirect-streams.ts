/** What does a redirection do to a command's streams? */
import { expandText, type Surroundings } from './expand.js';
import { Input, type Streams } from './streams.js';
import type { Redirect } from './syntax.js';
import type { World } from './world.js';

/** The streams after one redirection; the next one is applied to them. */
export async function redirectStreams(
  redirect: Redirect,
  streams: Streams,
  shell: Surroundings & { readonly world: World },
): Promise<Streams> {
  switch (redirect.kind) {
    case 'document':
      return { ...streams, input: new Input(await expandText(redirect.text, shell)) };
    case 'read':
      return {
        ...streams,
        input: new Input(shell.world.readFile(await expandText(redirect.target, shell)) ?? ''),
      };
    case 'errors-to-output':
      return { ...streams, err: streams.out };
    case 'write': {
      const sink = shell.world.openForWriting(await expandText(redirect.target, shell), redirect.appends);
      switch (redirect.from) {
        case 1:
          return { ...streams, out: sink };
        case 2:
          return { ...streams, err: sink };
        case 9: // a file that is only held open, for a lock
          return streams;
      }
    }
  }
}

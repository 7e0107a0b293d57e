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
      return redirect.from === 1 ? { ...streams, out: sink } : { ...streams, err: sink };
    }
  }
}

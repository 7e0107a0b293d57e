/** Is a request's body JSON that may be looked at? */
import type { HttpRequest } from '@azure/functions';
import { failure, problem, success, type Outcome } from '../shared/site/problem.js';

/** A full site with 100 prefixes and 40 tags stays below 30 KB. */
const maxBytes = 100 * 1024;

/**
 * Reads a JSON body; says what is wrong with its type, size or syntax.
 *
 * @param smaller what to send instead of a body that is too large
 */
export async function readBody(
  request: HttpRequest,
  smaller = 'Send one site alone.',
): Promise<Outcome<unknown>> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    return failure(
      problem(
        'unsupported-media-type',
        `The content type is ${type === '' ? 'missing' : JSON.stringify(type.slice(0, 80))}.`,
        {
          mend: 'Send content-type: application/json.',
        },
      ),
    );
  }
  const text = await request.text();
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) {
    return failure(
      problem('body-too-large', `The body has ${bytes} bytes; at most ${maxBytes} are read.`, {
        mend: smaller,
      }),
    );
  }
  try {
    return success(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return failure(problem('invalid-body', 'The body is not valid JSON.', { mend: 'Send one JSON object.' }));
  }
}

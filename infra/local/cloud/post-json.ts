/** How does a service of Azure's post JSON to somebody, who may be slow, or not there? */

/** The answer, or that none came. */
export type PostAnswer = { readonly status: number; readonly text: string } | 'timeout' | 'unreachable';

/** Posts, and waits for the answer at most so long. */
export async function postJson(
  uri: string,
  body: unknown,
  {
    timeoutSeconds,
    headers = {},
  }: { readonly timeoutSeconds: number; readonly headers?: Readonly<Record<string, string>> },
): Promise<PostAnswer> {
  const end = new AbortController();
  // Not the platform's own timeout, which would know nothing of a scaled clock.
  const timer = setTimeout(() => {
    end.abort();
  }, timeoutSeconds * 1000);
  try {
    const answer = await fetch(uri, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body: JSON.stringify(body),
      signal: end.signal,
    });
    return { status: answer.status, text: await answer.text() };
  } catch {
    // Whoever listens there, if anybody does, didn't answer: a case of its own, and retried.
    return end.signal.aborted ? 'timeout' : 'unreachable';
  } finally {
    clearTimeout(timer);
  }
}

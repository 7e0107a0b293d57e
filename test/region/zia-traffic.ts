/** What goes to Zscaler's API and comes from it? Seen where the app's `fetch` is, with headers and bodies. */

/** A request with its answer. */
export interface ZiaCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly status: number;
  readonly answer: string;
}

/** Notes every call to the simulated Zscaler from now on; others go by unseen. */
export function watchZia(): readonly ZiaCall[] {
  const calls: ZiaCall[] = [];
  const { fetch: plain } = globalThis;
  globalThis.fetch = async (input, init) => {
    const response = await plain(input, init);
    const url = new URL(input instanceof Request ? input.url : input);
    const zia = process.env['TUNNELKEEPER_LOCAL_ZIA'];
    if (zia === undefined || url.origin !== new URL(zia).origin) return response;
    const answer = await response.clone().text();
    calls.push({
      method: init?.method ?? 'GET',
      path: `${url.pathname}${url.search}`,
      headers: Object.fromEntries(new Headers(init?.headers)),
      body: typeof init?.body === 'string' ? init.body : '',
      status: response.status,
      answer,
    });
    return response;
  };
  return calls;
}

/** How does a test's SDK client reach a cloud under test? Its requests go there, whatever host they are for. */
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';

/** Who asks; the cloud looks at no token. */
export const anybody = {
  getToken: () => Promise.resolve({ token: 'x', expiresOnTimestamp: Date.now() + 3_600_000 }),
};

/** Options of a client whose requests and answers are kept in `sent`. */
export function clientOf(cloudUrl: string, sent: { readonly method: string; readonly body: unknown }[] = []) {
  const inner = createDefaultHttpClient();
  const httpClient: HttpClient = {
    sendRequest: async (request) => {
      const url = new URL(request.url);
      const original = request.url;
      request.headers.set('x-forwarded-host', url.host);
      request.url = `${cloudUrl}${url.pathname}${url.search}`;
      request.allowInsecureConnection = true;
      const body = typeof request.body === 'string' ? (JSON.parse(request.body) as unknown) : undefined; // what an SDK wrote
      sent.push({ method: request.method, body });
      const answer = await inner.sendRequest(request);
      request.url = original;
      return answer;
    },
  };
  return { httpClient };
}

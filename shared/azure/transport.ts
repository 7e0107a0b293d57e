/** Where do requests go? To Azure, or to the local region that answers for it; nobody else knows. */
import type { TokenCredential } from '@azure/identity';
import type { HttpClient, PipelinePolicy } from '@azure/core-rest-pipeline';
import { leaveWaitingToPlan } from './leave-waiting-to-plan.js';
import { deployment } from './settings.js';

/** What every SDK client is made with. */
export interface ClientOptions {
  readonly retryOptions: {
    readonly maxRetries: number;
    readonly retryDelayInMs: number;
    readonly maxRetryDelayInMs: number;
  };
  /** Not `readonly`, since the SDKs' own types aren't. */
  readonly additionalPolicies: AddedPolicy[];
  readonly httpClient?: HttpClient;
}

/** A policy that sees each try of a request. */
interface AddedPolicy {
  readonly policy: PipelinePolicy;
  readonly position: 'perRetry';
}

/** One quick retry for a lost packet; waiting is the plan's, where an operator can see it. */
const retryOptions = { maxRetries: 1, retryDelayInMs: 300, maxRetryDelayInMs: 1000 };

/** Options for every client; in the local region also the transport that rewrites scheme and host. */
export async function clientOptions(): Promise<ClientOptions> {
  const { localCloud } = deployment();
  const additionalPolicies: AddedPolicy[] = [{ policy: leaveWaitingToPlan, position: 'perRetry' }];
  return localCloud === undefined
    ? { retryOptions, additionalPolicies }
    : { retryOptions, additionalPolicies, httpClient: await localTransport(localCloud) };
}

/** Who we are: the app's managed identity, or anybody in the local region. */
export async function credential(): Promise<TokenCredential> {
  const { localCloud, clientId } = deployment();
  if (localCloud !== undefined) return { getToken: () => Promise.resolve(localToken()) };
  const { DefaultAzureCredential } = await import('@azure/identity');
  return new DefaultAzureCredential(clientId === undefined ? {} : { managedIdentityClientId: clientId });
}

function localToken() {
  return { token: 'local', expiresOnTimestamp: Date.now() + 24 * 3600 * 1000 };
}

async function localTransport(localCloud: string): Promise<HttpClient> {
  const { createDefaultHttpClient } = await import('@azure/core-rest-pipeline');
  const inner = createDefaultHttpClient();
  const base = new URL(localCloud);
  return {
    async sendRequest(request) {
      const url = new URL(request.url);
      request.headers.set('x-forwarded-host', url.host);
      const original = request.url;
      request.url = `${base.origin}${url.pathname}${url.search}`;
      request.allowInsecureConnection = true;
      try {
        return await inner.sendRequest(request);
      } finally {
        request.url = original; // later policies and errors speak of the real address
      }
    },
  };
}

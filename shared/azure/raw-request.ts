/** How is something asked of ARM that no SDK of ours knows, through the pipeline of one that we have? */
import type { Pipeline, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import { clientOptions } from './transport.js';

/** An SDK's client, whose pipeline signs in and tries again. */
interface Client {
  readonly pipeline: Pipeline;
}

/** Sends a request through a client's pipeline; whatever is answered comes back. */
export async function sendBy({ pipeline }: Client, request: PipelineRequest): Promise<PipelineResponse> {
  const { createDefaultHttpClient } = await import('@azure/core-rest-pipeline');
  const { httpClient = createDefaultHttpClient() } = await clientOptions();
  return pipeline.sendRequest(httpClient, request);
}

/** Reads JSON; what is refused is thrown as the SDKs throw it. */
export async function getFrom(client: Client, url: string): Promise<unknown> {
  const { createPipelineRequest, RestError } = await import('@azure/core-rest-pipeline');
  const request = createPipelineRequest({ url });
  const response = await sendBy(client, request);
  const text = response.bodyAsText ?? '';
  const body: unknown = text === '' ? {} : JSON.parse(text);
  if (response.status < 400) return body;
  const { status: statusCode } = response;
  const thrown = new RestError(`ARM answered ${statusCode}.`, { statusCode, request, response });
  thrown.details = body;
  throw thrown;
}

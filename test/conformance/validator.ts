/** Does an exchange keep to Microsoft's description of the API? oav's live validator, offline. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Exchange } from '../../infra/local/cloud/server.js';

/** Where the descriptions are: beside the project, or where a setting says. */
export const specs = resolve(process.env['AZURE_SPECS'] ?? '../shared/azure-specs', 'openapi');

/** Says whether the descriptions are there. */
export const hasSpecs = existsSync(specs);

/** Versions of the descriptions; the SDKs use newer ones, whose differences are additions. */
const versions: readonly (readonly [RegExp, string])[] = [
  [/\/providers\/Microsoft\.Compute\/skus/i, '2021-07-01'],
  [/\/providers\/Microsoft\.Compute\//i, '2024-07-01'],
  [/\/providers\/Microsoft\.Network\//i, '2024-03-01'],
  [/^\/secrets\//i, '7.5'],
];

/** What oav says of a pair. */
export interface Verdict {
  readonly operation: string;
  /** Not among the descriptions that are here. */
  readonly isUndescribed: boolean;
  readonly faults: readonly string[];
}

/** Part of oav's live validator that is used; the package's types don't hold under strict settings. */
interface LiveValidator {
  initialize(): Promise<void>;
  validateLiveRequestResponse(pair: object): Promise<{
    readonly requestValidationResult: OneSide;
    readonly responseValidationResult: OneSide;
  }>;
}

interface OneSide {
  readonly errors: readonly {
    readonly code: string;
    readonly message: string;
    readonly pathsInPayload?: readonly string[];
  }[];
  readonly runtimeException?: { readonly code: string; readonly message: string };
  readonly operationInfo?: { readonly operationId: string };
}

/** Reads the descriptions. */
export async function makeValidator(): Promise<(exchange: Exchange) => Promise<Verdict>> {
  const { LiveValidator: Validator } =
    (await import('oav/dist/lib/liveValidation/liveValidator.js')) as unknown as {
      readonly LiveValidator: new (options: object, log: () => void) => LiveValidator; // as its documentation shows it
    };
  const options = {
    directory: specs,
    git: { shouldClone: false },
    swaggerPathsPattern: ['*.json'],
    isPathCaseSensitive: false,
    isArmCall: false,
  };
  const validator = new Validator(options, () => undefined);
  await validator.initialize();
  return async (exchange) => judge(await validator.validateLiveRequestResponse(pairOf(exchange)));
}

function judge({
  requestValidationResult: request,
  responseValidationResult: response,
}: Awaited<ReturnType<LiveValidator['validateLiveRequestResponse']>>): Verdict {
  const exception = request.runtimeException ?? response.runtimeException;
  const isUndescribed = exception?.code.startsWith('OPERATION_NOT_FOUND') ?? false;
  const faults = [...request.errors, ...response.errors].map(
    ({ code, message, pathsInPayload }) => `${code}: ${message} (${pathsInPayload?.join(', ') ?? ''})`,
  );
  return {
    operation: request.operationInfo?.operationId ?? '',
    isUndescribed,
    faults:
      exception !== undefined && !isUndescribed
        ? [...faults, `${exception.code}: ${exception.message}`]
        : faults,
  };
}

function pairOf({
  host,
  method,
  target,
  headers,
  body,
  status,
  responseHeaders,
  responseBody,
}: Exchange): object {
  const url = new URL(target.replaceAll(/\/{2,}/g, '/'), `https://${host}`);
  const version = versions.find(([path]) => path.test(url.pathname))?.[1];
  if (version !== undefined) url.searchParams.set('api-version', version);
  // The SDK leaves the version of a secret empty to get the newest; the description has no path for that.
  const pathname = url.pathname.replace(/^(\/secrets\/[^/]+)\/?$/, '$1/newest').replace(/(.)\/$/, '$1');
  const path = `${pathname}${url.search}`;
  return {
    liveRequest: { url: path, method, headers, query: Object.fromEntries(url.searchParams), body },
    liveResponse: { statusCode: String(status), headers: responseHeaders, body: responseBody },
  };
}

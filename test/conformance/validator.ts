/** Does an exchange keep to Microsoft's description of the API? oav's live validator, offline. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isOfCustomMetrics, makeCustomMetricsCheck } from './custom-metrics-schema.js';
import type { Exchange } from '../../infra/local/cloud/server.js';

/** Where the descriptions are: beside the project, or where a setting says. */
export const specs = resolve(process.env['AZURE_SPECS'] ?? '../shared/azure-specs', 'openapi');

/** Says whether the descriptions are there. */
export const hasSpecs = existsSync(specs);

/** Versions of the descriptions; the SDKs use newer ones, whose differences are additions. */
const versions: readonly (readonly [RegExp, string])[] = [
  // A resource's metrics stand below its own provider.
  [/\/providers\/Microsoft\.Insights\/metrics$/i, '2024-02-01'],
  [/\/metrics:getBatch$/i, '2024-02-01'],
  [/\/providers\/Microsoft\.Insights\/metricAlerts/i, '2018-03-01'],
  [/\/providers\/Microsoft\.Insights\/actionGroups/i, '2024-10-01-preview'],
  [/\/providers\/Microsoft\.Compute\/skus/i, '2021-07-01'],
  [/\/providers\/Microsoft\.Compute\/disks/i, '2024-03-02'],
  [/\/providers\/Microsoft\.Compute\//i, '2024-07-01'],
  [/\/providers\/Microsoft\.Network\//i, '2024-03-01'],
  [/^\/(deleted)?secrets\//i, '7.5'],
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

const vaultFile = 'keyvault-secrets.7.5.json';
const versionPath = '/secrets/{secret-name}/{secret-version}';
const versionsList = /^\/secrets\/[^/]+\/versions$/i;

/** Reads the descriptions. */
export async function makeValidator(): Promise<(exchange: Exchange) => Promise<Verdict>> {
  const whole = await validatorOf(specs);
  const lists = await validatorOfLists();
  const judgeCustomMetrics = makeCustomMetricsCheck(specs);
  return async (exchange) => {
    if (isOfCustomMetrics(exchange)) return judgeCustomMetrics(exchange);
    const pair = pairOf(exchange);
    const isList = versionsList.test(new URL(pair.liveRequest.url, 'https://vault').pathname);
    const validator = isList ? lists : whole;
    return judge(await validator.validateLiveRequestResponse(pair), isGateways(exchange));
  };
}

/** Of the vault's description, all but the path that a list of versions matches too: to oav, two are none. */
async function validatorOfLists(): Promise<LiveValidator> {
  const directory = await mkdtemp(join(tmpdir(), 'tunnelkeeper-specs-'));
  try {
    const described = JSON.parse(await readFile(join(specs, vaultFile), 'utf8')) as {
      readonly paths: Readonly<Record<string, unknown>>; // OpenAPI's form
    };
    const paths = Object.entries(described.paths).filter(([path]) => path !== versionPath);
    const rest = { ...described, paths: Object.fromEntries(paths) };
    await writeFile(join(directory, vaultFile), JSON.stringify(rest));
    return await validatorOf(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function validatorOf(directory: string): Promise<LiveValidator> {
  const { LiveValidator: Validator } =
    (await import('oav/dist/lib/liveValidation/liveValidator.js')) as unknown as {
      readonly LiveValidator: new (options: object, log: () => void) => LiveValidator; // as its documentation shows it
    };
  const options = {
    directory,
    git: { shouldClone: false },
    swaggerPathsPattern: ['*.json'],
    isPathCaseSensitive: false,
    isArmCall: false,
    // Else it goes on building validators that nobody asks for, for seconds after the last test.
    loadValidatorInBackground: false,
  };
  const validator = new Validator(options, () => undefined);
  await validator.initialize();
  return validator;
}

/** ARM itself refused: in its own form, which is the same for every provider, whatever theirs is. */
function isGateways({ responseHeaders }: Exchange): boolean {
  return responseHeaders['x-ms-failure-cause'] === 'gateway';
}

function judge(
  {
    requestValidationResult: request,
    responseValidationResult: response,
  }: Awaited<ReturnType<LiveValidator['validateLiveRequestResponse']>>,
  isOfGateway: boolean,
): Verdict {
  const exception = request.runtimeException ?? response.runtimeException;
  const isUndescribed = exception?.code.startsWith('OPERATION_NOT_FOUND') ?? false;
  const faults = [...request.errors, ...(isOfGateway ? [] : response.errors)].map(
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

function pairOf({ host, method, target, headers, body, status, responseHeaders, responseBody }: Exchange) {
  const url = new URL(target.replaceAll(/\/{2,}/g, '/'), `https://${host}`);
  const version = versions.find(([path]) => path.test(url.pathname))?.[1];
  if (version !== undefined) url.searchParams.set('api-version', version);
  // The SDK leaves the version of a secret empty to get the newest; the description has no path for that.
  const plain = url.pathname.replace(/(.)\/$/, '$1');
  const pathname = method === 'GET' ? plain.replace(/^(\/secrets\/[^/]+)$/, '$1/newest') : plain;
  const path = `${pathname}${url.search}`;
  return {
    liveRequest: { url: path, method, headers, query: Object.fromEntries(url.searchParams), body },
    liveResponse: { statusCode: String(status), headers: responseHeaders, body: responseBody },
  };
}

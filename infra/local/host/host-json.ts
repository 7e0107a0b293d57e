/** What does `host.json` ask for? What is obeyed is read; what isn't is told of by name, with its path. */
import type { Concurrency } from './limits.js';
import type { VersionSettings } from './orchestration-versions.js';
import { readQueueSettings, type QueueSettings } from './queue-settings.js';
import { leavesOf, SettingReader, type Leaf } from './setting-reader.js';
import { fateOf } from './setting-fates.js';

/** The settings that this host obeys. */
export interface HostSettings {
  /** Begins every HTTP route; may be empty. */
  readonly routePrefix: string;
  /** Longest that an invocation may last; `undefined` for no limit. */
  readonly functionTimeoutMs: number | undefined;
  readonly hubName: string;
  readonly versions: VersionSettings;
  /** Which instances a start may replace; those that are over unless told. */
  readonly overridableStates: 'NonRunningStates' | 'AnyState';
  /** Activities, and turns of orchestrators, that run at once. */
  readonly concurrency: Concurrency;
  readonly queues: QueueSettings;
}

/** What was read, and what is told of. */
export interface ReadHostJson {
  readonly settings: HostSettings;
  readonly warnings: readonly string[];
}

/** Limit of an invocation where none is set: that of every plan but Consumption (ScriptJobHostOptionsSetup.cs). */
const usualTimeoutMs = 30 * 60 * 1000;

/** The shortest that may be set (ScriptJobHostOptionsSetup.cs). */
const shortestTimeoutMs = 1000;

/** How the real host is told that there is no limit: `-1`, which .NET reads as days. */
const noTimeoutMs = -24 * 3600 * 1000;

/**
 * Invocations at once where nothing is set: those of the Consumption plan, which don't depend on the machine's cores
 * (Microsoft Learn, 'host.json settings', Durable Functions).
 */
const usualConcurrency = { activities: 10, orchestrators: 10 };

/** Begins settings of the app that override `host.json`, with `__` for each dot. */
const overridePrefix = 'azurefunctionsjobhost__';

/**
 * Reads parsed `host.json`.
 *
 * @param environment may override settings, as in `AzureFunctionsJobHost__extensions__http__routePrefix`
 * @throws Error that names every setting which can't be read
 */
export function readHostJson(
  parsed: unknown,
  environment: Readonly<Record<string, string | undefined>> = {},
): ReadHostJson {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new Error('host.json holds no object.');
  const leaves = [...leavesOf(parsed), ...overridesOf(environment)];
  const reader = new SettingReader(leaves);
  const durable = 'extensions.durableTask';
  const most = (name: string, otherwise: number) =>
    reader.wholeNumber(`${durable}.${name}`, { least: 1 }, otherwise);
  const settings = {
    routePrefix: reader.text('extensions.http.routePrefix', 'api'),
    functionTimeoutMs: readTimeout(reader),
    hubName: reader.text(`${durable}.hubName`, 'TestHubName'),
    versions: readVersions(reader, durable),
    overridableStates: reader.oneOf(
      `${durable}.overridableExistingInstanceStates`,
      ['NonRunningStates', 'AnyState'],
      'NonRunningStates',
    ),
    concurrency: {
      activities: most('maxConcurrentActivityFunctions', usualConcurrency.activities),
      orchestrators: most('maxConcurrentOrchestratorFunctions', usualConcurrency.orchestrators),
    },
    queues: readQueueSettings(reader),
  };
  const version = reader.text('version', undefined);
  const problems = [...reader.problems];
  if (version !== undefined && version !== '2.0')
    problems.push(`version is "${version}"; give "2.0", the version of the file, not of the host.`);
  if (problems.length > 0) throw new Error(`host.json can't be obeyed:\n- ${problems.join('\n- ')}`);
  return { settings, warnings: warningsOf(leaves, version) };
}

/** Defaults of Microsoft Learn, 'Orchestration versioning in Durable Functions', Version matching. */
function readVersions(reader: SettingReader, durable: string): VersionSettings {
  const defaultVersion = reader.text(`${durable}.defaultVersion`, undefined);
  return {
    ...(defaultVersion === undefined ? {} : { defaultVersion }),
    versionMatchStrategy: reader.oneOf(
      `${durable}.versionMatchStrategy`,
      ['None', 'Strict', 'CurrentOrOlder'],
      'CurrentOrOlder',
    ),
    versionFailureStrategy: reader.oneOf(`${durable}.versionFailureStrategy`, ['Reject', 'Fail'], 'Reject'),
  };
}

function readTimeout(reader: SettingReader): number | undefined {
  const ms = reader.timeSpan(
    'functionTimeout',
    { leastMs: noTimeoutMs, hint: 'a time span such as 00:05:00, or -1 for no limit' },
    usualTimeoutMs,
  );
  if (ms === noTimeoutMs) return undefined;
  // A shorter one is refused by what the reader says of it.
  return ms >= shortestTimeoutMs
    ? ms
    : reader.timeSpan(
        'functionTimeout',
        { leastMs: shortestTimeoutMs, hint: 'at least 00:00:01, or -1 for no limit' },
        usualTimeoutMs,
      );
}

function warningsOf(leaves: readonly Leaf[], version: string | undefined): readonly string[] {
  const told = leaves.flatMap(({ path }) => {
    const fate = fateOf(path);
    switch (fate.kind) {
      case 'obeyed':
      case 'without-effect':
        return [];
      case 'not-obeyed':
        return [`host.json: ${path} isn't obeyed locally: ${fate.because}.`];
      case 'unknown':
        return [`host.json: ${path} isn't known; is it spelt as Microsoft's documentation has it?`];
    }
  });
  return version === undefined ? ['host.json: version is missing; Azure wants "2.0".', ...told] : told;
}

function overridesOf(environment: Readonly<Record<string, string | undefined>>): readonly Leaf[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    name.toLowerCase().startsWith(overridePrefix) && value !== undefined
      ? [{ path: name.slice(overridePrefix.length).replaceAll('__', '.'), value }]
      : [],
  );
}

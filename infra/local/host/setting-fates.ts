/** What becomes of a setting of `host.json` here? Obeyed, without effect on one machine, told of, or unknown. */

/** What becomes of a setting. */
export type SettingFate =
  | { readonly kind: 'obeyed' }
  /** Steers what a machine alone doesn't have, such as logs in Application Insights: nothing is lost. */
  | { readonly kind: 'without-effect' }
  | { readonly kind: 'not-obeyed'; readonly because: string }
  | { readonly kind: 'unknown' };

const obeyed: SettingFate = { kind: 'obeyed' };
const withoutEffect: SettingFate = { kind: 'without-effect' };

function notObeyed(because: string): SettingFate {
  return { kind: 'not-obeyed', because };
}

const entitiesAreNot = notObeyed('entities are not served');

/**
 * By path; one that ends in `.*` stands for all below it. Names from Microsoft Learn, 'host.json reference for Azure
 * Functions 2.x and later', from `DurableTaskOptions.cs` and `AzureStorageOptions.cs` of the durable extension, and from
 * `HostJsonFileConfigurationSource.cs` of the host.
 */
const fates: Readonly<Record<string, SettingFate>> = {
  version: obeyed,
  $schema: withoutEffect,
  functionTimeout: obeyed,
  isDefaultHostConfig: withoutEffect,
  'extensionBundle.*': withoutEffect,
  'logging.*': withoutEffect,
  'aggregator.*': withoutEffect,
  telemetryMode: withoutEffect,
  'healthMonitor.*': withoutEffect,
  'managedDependency.*': withoutEffect,
  'singleton.*': withoutEffect,
  sendCanceledInvocationsToWorker: withoutEffect,
  metadataProviderTimeout: withoutEffect,
  functions: notObeyed('every function runs'),
  'retry.*': notObeyed('retry policies of triggers are not served'),
  'concurrency.*': notObeyed('concurrency stays as it is set'),
  'customHandler.*': notObeyed('functions run in this process'),
  watchDirectories: notObeyed('changed files are not noticed'),
  watchFiles: notObeyed('changed files are not noticed'),
  'extensions.http.routePrefix': obeyed,
  'extensions.http.maxOutstandingRequests': notObeyed('no request is refused for load'),
  'extensions.http.maxConcurrentRequests': notObeyed('all requests run at once'),
  'extensions.http.dynamicThrottlesEnabled': notObeyed('no request is refused for load'),
  'extensions.http.customHeaders.*': notObeyed('answers get no further headers'),
  'extensions.http.hsts.*': notObeyed('answers get no further headers'),
  'extensions.queues.messageEncoding': obeyed,
  'extensions.queues.batchSize': obeyed,
  'extensions.queues.newBatchThreshold': obeyed,
  'extensions.queues.maxDequeueCount': obeyed,
  'extensions.queues.maxPollingInterval': obeyed,
  'extensions.queues.visibilityTimeout': obeyed,
  'extensions.durableTask.hubName': obeyed,
  'extensions.durableTask.maxConcurrentActivityFunctions': obeyed,
  'extensions.durableTask.maxConcurrentOrchestratorFunctions': obeyed,
  'extensions.durableTask.maxConcurrentEntityFunctions': entitiesAreNot,
  'extensions.durableTask.maxEntityOperationBatchSize': entitiesAreNot,
  'extensions.durableTask.entityMessageReorderWindowInMinutes': entitiesAreNot,
  'extensions.durableTask.rollbackEntityOperationsOnExceptions': entitiesAreNot,
  'extensions.durableTask.defaultVersion': obeyed,
  'extensions.durableTask.versionMatchStrategy': obeyed,
  'extensions.durableTask.versionFailureStrategy': obeyed,
  'extensions.durableTask.overridableExistingInstanceStates': obeyed,
  'extensions.durableTask.maxOrchestrationActions': notObeyed('actions are not counted'),
  'extensions.durableTask.storeInputsInOrchestrationHistory': notObeyed('inputs stay out of the history'),
  'extensions.durableTask.throwStatusExceptionsOnRaiseEvent': notObeyed('events are answered as by default'),
  'extensions.durableTask.useGracefulShutdown': notObeyed('a close waits for triggers, not for activities'),
  'extensions.durableTask.localRpcEndpointEnabled': notObeyed('the end point is always there'),
  'extensions.durableTask.httpSettings.*': notObeyed('callHttp is not served'),
  'extensions.durableTask.notifications.*': notObeyed('no events of instances are sent'),
  // JavaScript never has them (DurableTaskExtension.cs: out-of-process languages but .NET isolated).
  'extensions.durableTask.extendedSessionsEnabled': withoutEffect,
  'extensions.durableTask.extendedSessionIdleTimeoutInSeconds': withoutEffect,
  'extensions.durableTask.useAppLease': withoutEffect,
  'extensions.durableTask.appLeaseOptions.*': withoutEffect,
  'extensions.durableTask.tracing.*': withoutEffect,
  'extensions.durableTask.storageProvider.type': notObeyed(
    "the hub is this process's own, whatever stores it in Azure",
  ),
  'extensions.durableTask.storageProvider.*': withoutEffect,
};

const byPath = new Map(Object.entries(fates).map(([path, fate]) => [path.toLowerCase(), fate]));

/** Says what becomes of the setting at a path; case doesn't count, as in .NET's configuration. */
export function fateOf(path: string): SettingFate {
  const parts = path.toLowerCase().split('.');
  const exact = byPath.get(parts.join('.'));
  if (exact !== undefined) return exact;
  for (let length = parts.length - 1; length > 0; length--) {
    const above = byPath.get(`${parts.slice(0, length).join('.')}.*`);
    if (above !== undefined) return above;
  }
  const [first, extension] = path.split('.');
  const isServed = ['http', 'queues', 'durabletask'].includes(extension?.toLowerCase() ?? '');
  return first?.toLowerCase() === 'extensions' && extension !== undefined && !isServed
    ? notObeyed(`the extension ${extension} is not served`)
    : { kind: 'unknown' };
}

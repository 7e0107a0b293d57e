/** How do queue triggers fire? One listener each, on the queue that the binding names. */
import { resolveSettings, type AppSettings } from './app-settings.js';
import { atPlace, type Log, type RegisteredFunction } from './functions-core.js';
import type { Invoker } from './invoke-function.js';
import { QueueListener } from './queue-listener.js';
import { metadataOf } from './queue-message.js';
import type { QueueSettings } from './queue-settings.js';

/** Setting that a binding without `connection` means. */
const defaultConnection = 'AzureWebJobsStorage';

/** What a queue of poison is called by, after its queue. */
const poisonSuffix = '-poison';

/** Microsoft Learn, 'Naming queues and metadata'. */
const longestQueueName = 63;

/** What queues are listened to with. */
export interface QueueTools {
  readonly queues: QueueSettings;
  readonly settings: AppSettings;
  readonly log: Log;
}

/**
 * Starts every queue trigger; the answer stops them, and ends when no message is worked on any more.
 *
 * @throws Error that names the setting without a connection string
 */
export async function startQueues(
  functions: Iterable<RegisteredFunction>,
  invoker: Invoker,
  { queues, settings, log }: QueueTools,
): Promise<() => Promise<void>> {
  const triggers = [...functions].flatMap((called) =>
    Object.values(called.bindings).flatMap((binding) =>
      binding.type === 'queueTrigger' ? [{ called, binding }] : [],
    ),
  );
  if (triggers.length === 0) return () => Promise.resolve();
  // Loaded here, since an app without queues shouldn't wait for it.
  const { QueueServiceClient } = await import('@azure/storage-queue');
  const services = triggers.map(({ called, binding }) => {
    const text = connectionString(called, binding.connection, settings);
    return { called, binding, service: QueueServiceClient.fromConnectionString(text) };
  });
  const listeners = services.map(({ called: { name }, binding, service }) => {
    const queueName = resolveSettings(binding.queueName ?? '', settings);
    const poisonName = poisonNameOf(queueName);
    return new QueueListener({
      queue: service.getQueueClient(queueName),
      poison: poisonName === undefined ? undefined : service.getQueueClient(poisonName),
      settings: queues,
      // Text, JSON or not: the library reads JSON out of it, as it does for the real host.
      take: async (text, message) => {
        await invoker.invoke(name, { string: text }, metadataOf(message, text));
      },
      log: (level, message) => {
        log(level, `${name}: ${message}`);
      },
    });
  });
  return async () => {
    await Promise.all(listeners.map((listener) => listener.stop()));
  };
}

/** A queue of poison has none of its own, nor has one whose name would get too long (QueueListenerFactory.cs). */
function poisonNameOf(queueName: string): string | undefined {
  const name = `${queueName}${poisonSuffix}`;
  return queueName.endsWith(poisonSuffix) || name.length > longestQueueName ? undefined : name;
}

/** The setting of the prefixed name wins, as in the real host. */
function connectionString(
  called: RegisteredFunction,
  setting: string = defaultConnection,
  settings: AppSettings,
): string {
  const found = settings[`AzureWebJobs${setting}`] ?? settings[setting];
  if (found === undefined || found === '')
    throw new Error(
      `The queue trigger of ${called.name}${atPlace(called)} wants a connection string in ${setting}, which isn't set.`,
    );
  return found;
}

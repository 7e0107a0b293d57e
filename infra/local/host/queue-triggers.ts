/** How do queue triggers fire? One listener each, on the queue that the binding names. */
import type { Log, RegisteredFunction } from './functions-core.js';
import type { Invoker } from './invoke-function.js';
import { QueueListener } from './queue-listener.js';
import { metadataOf } from './queue-message.js';
import { readQueueSettings, type QueuesJson } from './queue-settings.js';

/** Setting that a binding without `connection` means. */
const defaultConnection = 'AzureWebJobsStorage';

/**
 * Starts every queue trigger; the answer stops them, and ends when no message is worked on any more.
 *
 * @throws Error that names the setting without a connection string
 */
export async function startQueues(
  functions: Iterable<RegisteredFunction>,
  invoker: Invoker,
  { queues, log }: { readonly queues: QueuesJson | undefined; readonly log: Log },
): Promise<() => Promise<void>> {
  const triggers = [...functions].flatMap(({ name, bindings }) =>
    Object.values(bindings).flatMap((binding) =>
      binding.type === 'queueTrigger' ? [{ name, binding }] : [],
    ),
  );
  if (triggers.length === 0) return () => Promise.resolve();
  const settings = readQueueSettings(queues);
  // Loaded here, since an app without queues shouldn't wait for it.
  const { QueueServiceClient } = await import('@azure/storage-queue');
  const listeners = triggers.map(({ name, binding }) => {
    const service = QueueServiceClient.fromConnectionString(connectionString(name, binding.connection));
    const queueName = binding.queueName ?? '';
    return new QueueListener({
      queue: service.getQueueClient(queueName),
      poison: service.getQueueClient(`${queueName}-poison`),
      settings,
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

/** The setting of the prefixed name wins, as in the real host. */
function connectionString(name: string, setting: string = defaultConnection): string {
  const found = process.env[`AzureWebJobs${setting}`] ?? process.env[setting];
  if (found === undefined || found === '')
    throw new Error(`The queue trigger of ${name} wants a connection string in ${setting}, which isn't set.`);
  return found;
}

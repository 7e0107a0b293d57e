/** How do Azure's signals reach the app? Events through a queue, alerts through the action group's web hook. */
import { QueueServiceClient } from '@azure/storage-queue';
import type { Cloud } from '../cloud/cloud.js';

/** The queue that the subscriptions of Event Grid name. */
const queueName = 'resource-events';

/** Where Event Grid delivers. */
export interface EventQueue {
  /** Puts one event into the queue, as Event Grid does: a message each, JSON in base64. */
  readonly put: (event: Readonly<Record<string, unknown>>) => void;
  /** Delivers what happens from now on, as a subscription that a deployment makes: what was before is nobody's. */
  subscribe(): void;
  /** Waits for the events that are on their way. */
  settled(): Promise<void>;
}

/** Makes the queue unless an earlier region left it. */
export async function openEventQueue(
  connectionString: string,
  log: (line: string) => void,
): Promise<EventQueue> {
  const queue = QueueServiceClient.fromConnectionString(connectionString).getQueueClient(queueName);
  await queue.createIfNotExists();
  const onTheWay = new Set<Promise<void>>();
  let since = Infinity;
  const send = async (event: object) => {
    try {
      await queue.sendMessage(Buffer.from(JSON.stringify(event)).toString('base64'));
    } catch (error) {
      log(`error: An event is lost: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return {
    put(event) {
      if (!(Date.parse(String(event['eventTime'])) >= since)) return;
      const sent = send(event).finally(() => onTheWay.delete(sent));
      onTheWay.add(sent);
    },
    subscribe() {
      since = Date.now();
    },
    async settled() {
      await Promise.all(onTheWay);
    },
  };
}

/** Makes the action group that the site's alert rules name, as a deployment does; it calls the app by web hook. */
export async function callOnAlert(
  { url }: Pick<Cloud, 'url'>,
  actionGroupId: string,
  serviceUri: string,
): Promise<void> {
  const answer = await fetch(`${url}${actionGroupId}?api-version=2023-01-01`, {
    method: 'PUT',
    headers: {
      'x-forwarded-host': 'management.azure.com',
      authorization: 'Bearer a-deployment',
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      location: 'Global',
      properties: {
        groupShortName: 'tunnelkeeper',
        enabled: true,
        webhookReceivers: [{ name: 'app', serviceUri, useCommonAlertSchema: true }],
      },
    }),
  });
  if (!answer.ok)
    throw new Error(`The action group was refused with ${answer.status}: ${await answer.text()}`);
}

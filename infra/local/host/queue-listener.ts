/** How is one queue emptied? Batch by batch; what fails comes again, and what fails too often is put aside. */
import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import type { Log } from './functions-core.js';
import { leaseSeconds, QueueLease } from './queue-lease.js';
import { textOf } from './queue-message.js';
import type { QueueSettings } from './queue-settings.js';

/** What a queue's messages are taken with. */
export interface ListenerTools {
  readonly queue: QueueClient;
  /** Where messages go that failed too often; made when the first one does. Some queues have none. */
  readonly poison: QueueClient | undefined;
  readonly settings: QueueSettings;
  /** @throws when the message isn't done */
  readonly take: (text: string, message: DequeuedMessageItem) => Promise<void>;
  readonly log: Log;
}

/** First pause after a look at an empty queue; each further one is twice as long (source of the extension). */
const firstPauseMs = 100;

/** What becomes of a message that was worked on. */
interface Outcome {
  readonly fate: 'goes' | 'comes again' | 'stays unseen';
  readonly message: DequeuedMessageItem;
}

/** Takes messages until it is stopped. */
export class QueueListener {
  #isStopped = false;
  readonly #running = new Set<Promise<void>>();
  /** Messages that failed, and wait to be seen again. */
  readonly #waiting = new Set<Promise<void>>();
  readonly #pauses = new Map<NodeJS.Timeout, () => void>();
  readonly #ended: Promise<void>;

  constructor(private readonly tools: ListenerTools) {
    this.#ended = this.#run();
  }

  /** Takes no further message, and waits for those that are being worked on. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const [timer, goOn] of this.#pauses) {
      clearTimeout(timer);
      goOn();
    }
    await this.#ended;
    await Promise.all(this.#running);
    await Promise.all(this.#waiting);
  }

  async #run(): Promise<void> {
    const { newBatchThreshold, maxPollingMs } = this.tools.settings;
    let pauseMs = firstPauseMs;
    while (!this.#isStopped) {
      const messages = await this.#receive();
      for (const message of messages) track(this.#running, this.#work(message));
      while (this.#running.size > newBatchThreshold) await Promise.race(this.#running);
      if (messages.length > 0) pauseMs = firstPauseMs;
      else {
        await this.#pause(Math.min(pauseMs, maxPollingMs));
        pauseMs = Math.min(pauseMs * 2, maxPollingMs);
      }
    }
  }

  /** The next messages; none where the queue isn't made yet, or can't be reached now. */
  async #receive(): Promise<readonly DequeuedMessageItem[]> {
    const { queue, settings } = this.tools;
    try {
      const { receivedMessageItems } = await queue.receiveMessages({
        numberOfMessages: settings.batchSize,
        visibilityTimeout: leaseSeconds,
      });
      return receivedMessageItems;
    } catch (error) {
      const isMissing = error instanceof Error && 'statusCode' in error && error.statusCode === 404;
      if (!isMissing) this.#complain(`Queue ${queue.name} can't be read`, error);
      return [];
    }
  }

  /** Never throws: a message that can't be deleted or put aside is seen again after its lease. */
  async #work(fetched: DequeuedMessageItem): Promise<void> {
    const { queue } = this.tools;
    try {
      const { fate, message } = await this.#judge(fetched);
      switch (fate) {
        case 'goes':
          await queue.deleteMessage(message.messageId, message.popReceipt);
          return;
        case 'comes again':
          track(this.#waiting, this.#release(message));
          return;
        case 'stays unseen':
          return;
      }
    } catch (error) {
      this.#complain(`Message ${fetched.messageId} of ${queue.name}`, error);
    }
  }

  /** Done or put aside, a message goes; failed, it comes again, where there is a queue to put it aside in the end. */
  async #judge(fetched: DequeuedMessageItem): Promise<Outcome> {
    const { settings, queue, log, poison } = this.tools;
    const text = textOf(fetched, settings.encoding);
    if (text === undefined)
      log('error', `Message ${fetched.messageId} of ${queue.name} isn't encoded in ${settings.encoding}.`);
    else if (fetched.dequeueCount <= settings.maxDequeueCount) {
      const { isDone, message } = await this.#take(text, fetched);
      if (isDone) return { fate: 'goes', message };
      // Without a queue of poison it would come again for ever, and at once (QueueProcessor.cs).
      if (poison === undefined) return { fate: 'stays unseen', message };
      if (message.dequeueCount < settings.maxDequeueCount) return { fate: 'comes again', message };
      await this.#putAside(message, poison);
      return { fate: 'goes', message };
    }
    if (poison === undefined) return { fate: 'stays unseen', message: fetched };
    await this.#putAside(fetched, poison);
    return { fate: 'goes', message: fetched };
  }

  async #take(
    text: string,
    fetched: DequeuedMessageItem,
  ): Promise<{ readonly isDone: boolean; readonly message: DequeuedMessageItem }> {
    const { take, queue } = this.tools;
    const lease = new QueueLease(queue, fetched, (error) => {
      this.#complain(`Message ${fetched.messageId} of ${queue.name} may be seen by others`, error);
    });
    try {
      await take(text, fetched);
      return { isDone: true, message: await lease.end() };
    } catch (error) {
      this.#complain(`Message ${fetched.messageId} of ${queue.name}`, error);
      return { isDone: false, message: await lease.end() };
    }
  }

  async #putAside({ messageId, messageText }: DequeuedMessageItem, poison: QueueClient): Promise<void> {
    this.tools.log('warning', `Message ${messageId} is moved to the queue ${poison.name}.`);
    await poison.createIfNotExists();
    await poison.sendMessage(messageText);
  }

  /** The pause goes by this process's clock, which may be faster than the queue's. */
  async #release({ messageId, popReceipt }: DequeuedMessageItem): Promise<void> {
    const { queue, settings } = this.tools;
    if (settings.retryAfterMs > 0) await this.#pause(settings.retryAfterMs);
    try {
      await queue.updateMessage(messageId, popReceipt, undefined, 0);
    } catch (error) {
      this.#complain(`Message ${messageId} of ${queue.name} stays unseen until its lease is over`, error);
    }
  }

  #pause(ms: number): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#pauses.delete(timer);
        resolve();
      }, ms);
      this.#pauses.set(timer, resolve);
    });
  }

  #complain(what: string, error: unknown): void {
    this.tools.log('error', `${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function track(all: Set<Promise<void>>, one: Promise<void>): void {
  all.add(one);
  void one.finally(() => all.delete(one));
}

/** How does a message stay unseen while it is worked on? Its lease is renewed half way, as the extension does it. */
import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';

/** How long nobody else sees a message that was fetched, by the queue's own clock (QueueListener.cs of the extension). */
export const leaseSeconds = 600;

/** A message's lease; each renewal changes the receipt by which the message is deleted. */
export class QueueLease {
  #popReceipt: string;
  #timer: NodeJS.Timeout | undefined;
  #renewing: Promise<void> = Promise.resolve();

  constructor(
    private readonly queue: QueueClient,
    private readonly message: DequeuedMessageItem,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.#popReceipt = message.popReceipt;
    this.#arm();
  }

  /** Renews no more; answers the message with its receipt of now. */
  async end(): Promise<DequeuedMessageItem> {
    clearTimeout(this.#timer);
    await this.#renewing;
    clearTimeout(this.#timer);
    return { ...this.message, popReceipt: this.#popReceipt };
  }

  #arm(): void {
    this.#timer = setTimeout(
      () => {
        this.#renewing = this.#renew();
      },
      (leaseSeconds / 2) * 1000,
    );
  }

  /** A renewal that fails is tried again next time; somebody else may see the message until then. */
  async #renew(): Promise<void> {
    try {
      const { popReceipt } = await this.queue.updateMessage(
        this.message.messageId,
        this.#popReceipt,
        undefined,
        leaseSeconds,
      );
      this.#popReceipt = popReceipt ?? this.#popReceipt;
    } catch (error) {
      this.onFailure(error);
    }
    this.#arm();
  }
}

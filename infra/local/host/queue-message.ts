/** What does a function get of a message? Its text, and around it what the queue knows, on the worker's wire. */
import type { DequeuedMessageItem } from '@azure/storage-queue';
import type { TypedData } from './functions-core.js';

/** Reads a message's text; `undefined` when it isn't encoded as it should be. */
export function textOf(
  { messageText }: DequeuedMessageItem,
  encoding: 'base64' | 'none',
): string | undefined {
  if (encoding === 'none') return messageText;
  const bytes = Buffer.from(messageText, 'base64');
  return bytes.toString('base64') === messageText ? bytes.toString() : undefined;
}

/** What the trigger's metadata holds; the library writes the names in camel case. */
export function metadataOf(message: DequeuedMessageItem, text: string): Readonly<Record<string, TypedData>> {
  const { messageId, popReceipt, dequeueCount, insertedOn, expiresOn, nextVisibleOn } = message;
  return {
    QueueTrigger: { string: text },
    Id: { string: messageId },
    PopReceipt: { string: popReceipt },
    DequeueCount: { int: dequeueCount },
    InsertionTime: { json: JSON.stringify(insertedOn) },
    ExpirationTime: { json: JSON.stringify(expiresOn) },
    NextVisibleTime: { json: JSON.stringify(nextVisibleOn) },
  };
}

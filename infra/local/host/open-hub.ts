/** Which hub does a host work on? One in memory, or one that a journal keeps. */
import type { Log } from './functions-core.js';
import { Hub } from './hub.js';
import { MemoryStore, type KeptHub } from './hub-store.js';
import { Journal } from './journal.js';
import { makeFolder, realFiles } from './journal-files.js';
import { lockJournal } from './journal-lock.js';

/** Where a hub is kept. */
export interface HubOptions {
  /** Folder of the journal; the hub is in memory without one. */
  readonly journal?: string;
  /** See `JournalOptions`. */
  readonly compactAfterBytes?: number;
}

/** A hub that is open. */
export interface OpenHub extends KeptHub {
  /** Lets go at once, as a kill does; nothing more is kept. */
  abandon(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the hub. @throws Error when its journal is in use, or spoilt */
export async function openHub(
  { journal: folder, compactAfterBytes }: HubOptions,
  log: Log,
): Promise<OpenHub> {
  if (folder === undefined) {
    const store = new MemoryStore();
    return { hub: new Hub(), store, abandon: () => store.close(), close: () => store.close() };
  }
  // Before the lock, which would make it, too: a journal in a folder whose name isn't on the disk is lost with it.
  await makeFolder(folder);
  const lock = lockJournal(folder);
  try {
    const { hub, journal } = await Journal.open({
      ...{ folder, log, files: realFiles },
      ...(compactAfterBytes === undefined ? {} : { compactAfterBytes }),
    });
    const unlocked = (end: Promise<void>) =>
      end.finally(() => {
        lock.release();
      });
    return {
      hub,
      store: journal,
      abandon: () => unlocked(journal.abandon()),
      close: () => unlocked(journal.close()),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** What does a journal ask of a disk? Little, so that a test can put a disk there that is full. */
import { mkdir, open, readdir, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** A file that is written to. */
export interface JournalFile {
  /** Writes all of the bytes. @throws an error with the system's `code`, such as `ENOSPC` */
  write(bytes: Uint8Array, at: number): Promise<void>;
  /** Waits until what was written is on the disk (fdatasync). */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** A disk. */
export interface JournalFiles {
  /** Names in a folder, which is made when it isn't there. */
  list(folder: string): Promise<readonly string[]>;
  read(path: string): Promise<Buffer>;
  /** Opens a file for writing, and makes it when it isn't there. */
  open(path: string): Promise<JournalFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Waits until the names in a folder are on the disk: a new file's is not before that. */
  syncFolder(folder: string): Promise<void>;
}

/** The machine's own disk. */
export const realFiles: JournalFiles = {
  async list(folder) {
    await makeFolder(folder);
    return readdir(folder);
  },
  read: (path) => readFile(path),
  open: async (path) => openedFile(await openOrMake(path)),
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { force: true }),
  syncFolder,
};

/** Makes a folder, and those above it that aren't there; their names are on the disk when this ends. */
export async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true });
  if (made === undefined) return;
  const top = dirname(resolve(made));
  for (let inside = resolve(folder); inside !== top; inside = dirname(inside))
    await syncFolder(dirname(inside));
}

async function openOrMake(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    return open(path, 'wx+');
  }
}

function openedFile(handle: FileHandle): JournalFile {
  return {
    async write(bytes, at) {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
        done += bytesWritten;
      }
    },
    sync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    close: () => handle.close(),
  };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The code of a system's error, such as `ENOSPC`; '' for other errors. */
export function systemCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

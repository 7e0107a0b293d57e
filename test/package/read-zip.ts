/** What is in a zip? Read by the format's own tables (PKWARE's APPNOTE, 4.3), not by the library that wrote it. */
import { inflateRawSync } from 'node:zlib';

/** A file as its entry in the central directory tells it. */
export interface ZipEntry {
  readonly path: string;
  /** Date and time in MS-DOS's fields. */
  readonly dosDate: number;
  readonly dosTime: number;
  /** Unix mode, type included. */
  readonly mode: number;
  readonly bytes: Buffer;
}

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;

/** Reads every entry, in the directory's order. */
export function readZip(zip: Buffer): readonly ZipEntry[] {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || zip.readUInt32LE(end) !== endOfDirectory) throw new Error('No end of directory: not a zip.');
  const count = zip.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    if (zip.readUInt32LE(at) !== directoryEntry) throw new Error(`Entry ${index} is none.`);
    const [pathLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      zip.readUInt16LE(at + offset),
    );
    const path = zip.toString('utf8', at + 46, at + 46 + (pathLength ?? 0));
    entries.push({
      path,
      dosTime: zip.readUInt16LE(at + 12),
      dosDate: zip.readUInt16LE(at + 14),
      mode: zip.readUInt32LE(at + 38) >>> 16,
      bytes: bytesOf(zip, at),
    });
    at += 46 + (pathLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0);
  }
  return entries;
}

function bytesOf(zip: Buffer, at: number): Buffer {
  const method = zip.readUInt16LE(at + 10);
  const local = zip.readUInt32LE(at + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const packed = zip.subarray(start, start + zip.readUInt32LE(at + 20));
  return method === 0 ? packed : inflateRawSync(packed);
}

/** How do files become a zip with the same bytes each time? One date, one mode, one order. */
import { ZipFile } from 'yazl';
import type { PackagedFile } from './bundle-app.js';

/**
 * Date of every entry, in the fields of a zip without a time zone: the first that the format knows. The date of the
 * build would make each zip another one.
 */
const entryDate = new Date(1980, 0, 1);

/** A plain file that everybody may read. */
const entryMode = 0o100644;

/** Zips files in the order of their paths; the same files give the same bytes. */
export async function zipFiles(files: readonly PackagedFile[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { path, bytes } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    zip.addBuffer(Buffer.from(bytes), path, {
      mtime: entryDate,
      mode: entryMode,
      // The other form of the date is in UTC and would depend on this machine's zone.
      forceDosTimestamp: true,
      compressionLevel: 9,
    });
  }
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

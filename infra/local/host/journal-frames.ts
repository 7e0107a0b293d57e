/**
 * How do records lie on the disk? In frames: a line with a mark, the length and a checksum, then a line for each record.
 * What is written at once is one frame, so that a write which was cut off spoils the last frame and no other.
 */
import { crc32 } from 'node:zlib';

const mark = 'hub1 ';

/** Bytes of a frame's first line: mark, length and checksum in eight hexadecimal digits each, a blank and a line end. */
const headBytes = mark.length + 8 + 1 + 8 + 1;

/** Writes a frame; no line holds a line end. */
export function encodeFrame(lines: readonly string[]): Buffer {
  const payload = Buffer.from(`${lines.join('\n')}\n`);
  const head = `${mark}${hex(payload.length)} ${hex(crc32(payload))}\n`;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** What a file holds. */
export interface Frames {
  readonly lines: readonly string[];
  /** Bytes of sound frames from the beginning on. */
  readonly soundBytes: number;
  /** Why the rest isn't sound: cut off at the end, as a crash leaves it, or spoilt, with sound frames after it. */
  readonly rest: 'none' | 'torn' | 'corrupt';
}

/** Reads frames until one isn't sound. */
export function decodeFrames(bytes: Buffer): Frames {
  const lines: string[] = [];
  let at = 0;
  for (let end = endOfFrame(bytes, at); end !== undefined; end = endOfFrame(bytes, at)) {
    // One by one: a hub where much comes due at once writes more records in a frame than a call takes arguments.
    for (const line of bytes.toString('utf8', at + headBytes, end - 1).split('\n'))
      if (line !== '') lines.push(line);
    at = end;
  }
  if (at === bytes.length) return { lines, soundBytes: at, rest: 'none' };
  return { lines, soundBytes: at, rest: hasFrameAfter(bytes, at) ? 'corrupt' : 'torn' };
}

/** Where the frame at a byte ends; `undefined` when there is none that is sound. */
function endOfFrame(bytes: Buffer, at: number): number | undefined {
  const [, length, checksum] =
    /^hub1 ([0-9a-f]{8}) ([0-9a-f]{8})\n$/.exec(bytes.toString('latin1', at, at + headBytes)) ?? [];
  if (length === undefined || checksum === undefined) return undefined;
  const end = at + headBytes + parseInt(length, 16);
  if (end > bytes.length) return undefined;
  return hex(crc32(bytes.subarray(at + headBytes, end))) === checksum ? end : undefined;
}

function hasFrameAfter(bytes: Buffer, spoilt: number): boolean {
  for (let at = bytes.indexOf(mark, spoilt + 1); at >= 0; at = bytes.indexOf(mark, at + 1))
    if (endOfFrame(bytes, at) !== undefined) return true;
  return false;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}

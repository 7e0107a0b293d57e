/** Is a frame read as it was written, however many records it holds? */
import { expect, test } from '@jest/globals';
import { decodeFrames, encodeFrame } from '../../../../infra/local/host/journal-frames.js';

// A hub with as many timers that are due at one moment writes so many at once; the frame was written, and never read.
test('decodeFrames gives every record when a frame holds more than a call takes arguments', () => {
  const records = Array.from({ length: 200_000 }, (_, index) => `${index} {}`);
  const bytes = encodeFrame(records);
  const { lines, soundBytes, rest } = decodeFrames(bytes);
  expect({ count: lines.length, last: lines.at(-1), soundBytes, rest }).toEqual({
    count: records.length,
    last: records.at(-1),
    soundBytes: bytes.length,
    rest: 'none',
  });
});

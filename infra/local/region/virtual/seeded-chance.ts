/** Where does chance come from, so that it is the same in every run? From one seed, for the whole process. */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { seededRandom, type Random } from '../../cloud/random.js';

/**
 * Replaces what this process draws at random, `Math.random` and Node's and the Web's cryptographic sources included, and
 * the finest of its clocks. For simulations alone: nothing that is drawn so is secret.
 */
export function installSeededChance(seed: number): void {
  const random = seededRandom(seed);
  Math.random = random;
  const bytes = (size: number) => Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)));
  const fill = <T extends ArrayBufferView>(view: T): T => {
    const target = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    target.set(bytes(target.length));
    return view;
  };
  const uuid = () => uuidOf(bytes(16));
  Object.assign(crypto, {
    randomUUID: uuid,
    randomBytes: answering(bytes),
    randomFillSync: fill,
    randomInt: answering((from: number, below?: number) => intBetween(random, from, below)),
  });
  // On the prototype: the Web's own object can't be assigned to.
  Object.assign(Object.getPrototypeOf(globalThis.crypto) as object, {
    randomUUID: uuid,
    getRandomValues: fill,
  });
  process.hrtime = countingTime(process.hrtime);
  syncBuiltinESMExports();
}

function intBetween(random: Random, from: number, below: number | undefined): number {
  const [least, limit] = below === undefined ? [0, from] : [from, below];
  return least + Math.floor(random() * (limit - least));
}

/** With a callback the answer comes by it, as of Node's own. */
function answering<T>(draw: (...values: number[]) => T) {
  return (...values: (number | ((error: null, drawn: T) => void))[]) => {
    const numbers = values.filter((value): value is number => typeof value === 'number');
    const callback = values.find((value) => typeof value === 'function');
    const drawn = draw(...numbers);
    if (callback === undefined) return drawn;
    process.nextTick(callback, null, drawn);
    return undefined;
  };
}

/** RFC 9562, version 4. */
function uuidOf(bytes: Buffer): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const text = bytes.toString('hex');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    '-',
  );
}

/**
 * Azurite takes four digits of it into its ETags, beside a time that stands still here: each call gives others
 * (`truncatedISO8061Date` in its source).
 */
function countingTime(real: { readonly bigint: () => bigint }): NodeJS.HRTime {
  let calls = 0;
  const counting = () => [0, (1000 + (calls++ % 9000)) * 100_000] as [number, number];
  return Object.assign(counting, { bigint: real.bigint });
}

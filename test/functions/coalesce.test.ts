/** Do many wishes become a few turns, and does each wish get a turn that began after it? */
import { expect, test } from '@jest/globals';
import { coalesced } from '../../functions/coalesce.js';

/** An effect whose turns end when the test says so. */
function heldEffect() {
  const begun: string[] = [];
  const ends: { readonly good: () => void; readonly bad: () => void }[] = [];
  const effect = (key: string, input: number) => {
    begun.push(`${key}${input}`);
    return new Promise<void>((resolve, reject) => {
      ends.push({ good: resolve, bad: () => reject(new Error(`${key}${input} failed`)) });
    });
  };
  return { begun, ends, wish: coalesced(effect) };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('coalesced makes one more turn of all wishes that come during a turn', async () => {
  const { begun, ends, wish } = heldEffect();
  const wishes = Array.from({ length: 1000 }, (_, index) => wish('a', index));
  expect(begun).toEqual(['a0']);
  ends[0]?.good();
  await settle();
  expect(begun).toEqual(['a0', 'a1']);
  ends[1]?.good();
  await Promise.all(wishes);
  const late = wish('a', 5000);
  expect(begun).toEqual(['a0', 'a1', 'a5000']);
  ends[2]?.good();
  await late;
});

test('coalesced lets a wish wait for the turn after it, not for the one that runs', async () => {
  const { ends, wish } = heldEffect();
  const first = wish('a', 1);
  let isDone = false;
  const second = wish('a', 2).then(() => (isDone = true));
  ends[0]?.good();
  await first;
  await settle();
  expect(isDone).toBe(false);
  ends[1]?.good();
  await second;
});

test('coalesced fails all who wait for a turn that fails, and only them', async () => {
  const { ends, wish } = heldEffect();
  const first = wish('a', 1);
  const second = [wish('a', 2), wish('a', 3)];
  ends[0]?.bad();
  await expect(first).rejects.toThrow('a1 failed');
  await settle();
  const third = wish('a', 4);
  ends[1]?.bad();
  for (const waited of second) await expect(waited).rejects.toThrow('a2 failed');
  await settle();
  ends[2]?.good();
  await third;
  const fourth = wish('a', 5);
  ends[3]?.good();
  await fourth;
});

test('coalesced gathers before a turn that follows another, not before the first', async () => {
  const begun: number[] = [];
  let gathered: () => void = () => undefined;
  const effect = (_key: string, input: number) => Promise.resolve(void begun.push(input));
  const wish = coalesced(effect, () => new Promise<void>((resolve) => (gathered = resolve)));
  const wishes = [wish('a', 1), wish('a', 2)];
  await settle();
  wishes.push(wish('a', 3));
  expect(begun).toEqual([1]);
  gathered();
  await Promise.all(wishes);
  expect(begun).toEqual([1, 2]);
});

test('coalesced keeps keys apart', () => {
  const { begun, wish } = heldEffect();
  void wish('a', 1);
  void wish('b', 1);
  expect(begun).toEqual(['a1', 'b1']);
});

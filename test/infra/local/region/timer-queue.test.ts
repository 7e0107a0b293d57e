/** Are timers taken in the order of their times, and in the seed's order at one moment? */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { seededRandom } from '../../../../infra/local/cloud/random.js';
import { TimerQueue, type Waiting } from '../../../../infra/local/region/virtual/timer-queue.js';

function taken(queue: TimerQueue<Waiting>): Waiting[] {
  const all: Waiting[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) all.push(next);
  return all;
}

const inOrder = (one: Waiting, other: Waiting) => one.dueAt - other.dueAt || one.draw - other.draw;

describe('a queue of timers', () => {
  test('gives them by their times, and by the draw at one moment, without those that were removed', () => {
    const timer = fc.record({ dueAt: fc.nat(20), isRemoved: fc.boolean() });
    fc.assert(
      fc.property(fc.array(timer, { maxLength: 60 }), fc.nat(), (wanted, seed) => {
        const queue = new TimerQueue<Waiting>(seededRandom(seed));
        const timers = wanted.map(({ dueAt, isRemoved }) => ({ dueAt, isRemoved, draw: queue.draw() }));
        for (const one of timers) queue.add(one);
        for (const one of timers) if (one.isRemoved) queue.remove(one);
        const left = timers.filter(({ isRemoved }) => !isRemoved);
        expect(taken(queue)).toEqual([...left].sort(inOrder));
      }),
    );
  });

  test('orders one moment otherwise with another seed', () => {
    const orders = [1, 2, 3, 4].map((seed) => {
      const queue = new TimerQueue<Waiting & { readonly name: string }>(seededRandom(seed));
      for (const name of ['a', 'b', 'c', 'd', 'e']) queue.add({ dueAt: 0, draw: queue.draw(), name });
      return taken(queue)
        .map((one) => (one as Waiting & { readonly name: string }).name) // as it was added
        .join('');
    });
    expect(new Set(orders).size).toBeGreaterThan(1);
  });
});

/** Do no more run at once than may, and does everybody come in turn? */
import { expect, test } from '@jest/globals';
import { Limiter, withLimits } from '../../../../infra/local/host/limits.js';

/** A task that ends when it is told to. */
function aTask(log: string[], name: string) {
  let end: (error?: Error) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => {
      if (error === undefined) resolve();
      else reject(error);
    };
  });
  const task = async () => {
    log.push(name);
    await ended;
    return name;
  };
  return { task, end };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('limiter runs as many as may, and the others in the order in which they came', async () => {
  const limiter = new Limiter(2);
  const begun: string[] = [];
  const tasks = ['a', 'b', 'c', 'd'].map((name) => aTask(begun, name));
  const results = tasks.map(({ task }) => limiter.run(task));
  await settle();
  expect(begun).toEqual(['a', 'b']);
  expect(limiter.load).toEqual({ running: 2, waiting: 2 });
  tasks[1]?.end();
  await settle();
  expect(begun).toEqual(['a', 'b', 'c']);
  for (const { end } of tasks) end();
  expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd']);
  expect(limiter.load).toEqual({ running: 0, waiting: 0 });
});

test('limiter gives a place to who waits, not to who comes, when one is free', async () => {
  const limiter = new Limiter(1);
  const begun: string[] = [];
  const [first, second, third] = [aTask(begun, 'first'), aTask(begun, 'second'), aTask(begun, 'third')];
  const results = [limiter.run(first.task), limiter.run(second.task)];
  first.end();
  await results[0]; // its place is handed on in the same turn of the loop
  results.push(limiter.run(third.task));
  await settle();
  expect(begun).toEqual(['first', 'second']);
  second.end();
  third.end();
  await Promise.all(results);
  expect(begun).toEqual(['first', 'second', 'third']);
});

test('limiter lets the next one run when one fails', async () => {
  const limiter = new Limiter(1);
  const begun: string[] = [];
  const [bad, good] = [aTask(begun, 'bad'), aTask(begun, 'good')];
  const results = [limiter.run(bad.task), limiter.run(good.task)];
  bad.end(new Error('it failed'));
  good.end();
  await expect(results[0]).rejects.toThrow('it failed');
  expect(await results[1]).toBe('good');
});

test.each([0, -1, Number.NaN])('limiter refuses to let %d run', (most) => {
  expect(() => new Limiter(most)).toThrow('1 or more');
});

test('withLimits counts activities and turns apart, and others not at all', async () => {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const inner = {
    invoke: async (name: string) => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      return undefined;
    },
  };
  const triggers: Readonly<Record<string, string>> = {
    work: 'activityTrigger',
    turn: 'orchestrationTrigger',
  };
  const limited = withLimits(inner, (name) => triggers[name], { activities: 2, orchestrators: 1 });
  const calls = ['work', 'work', 'work', 'turn', 'turn', 'tick', 'tick'].map((name) =>
    limited.invoke(name, undefined),
  );
  await settle();
  expect(begun).toEqual(['work', 'work', 'turn', 'tick', 'tick']);
  for (let round = 0; round < 2; round++) {
    for (const end of ends.splice(0)) end();
    await settle();
  }
  await Promise.all(calls);
  expect(begun.slice(5)).toEqual(['work', 'turn']);
});

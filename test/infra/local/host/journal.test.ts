/** What does a journal keep, whatever happens to its process and its disk? */
import { afterEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { historyEvent } from '../../../../infra/local/host/history-event.js';
import type { HubRecord } from '../../../../infra/local/host/hub-record.js';
import type { Hub } from '../../../../infra/local/host/hub.js';
import { Journal, type JournalOptions } from '../../../../infra/local/host/journal.js';
import { Disk } from './a-disk.js';

const folder = '/hub';
const open: Journal[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((journal) => journal.abandon()));
});

/** A journal on a disk, and what it logs. */
async function aJournal(disk: Disk, options: Partial<JournalOptions> = {}) {
  const log: string[] = [];
  const opened = await Journal.open({
    folder,
    files: disk,
    log: (level, text) => void log.push(`${level}: ${text}`),
    retryAfterMs: 1,
    ...options,
  });
  open.push(opened.journal);
  return { ...opened, log };
}

function aStart(id: string, run = 1): HubRecord {
  return {
    kind: 'started',
    id,
    run,
    name: 'fan',
    version: '',
    input: { of: id },
    at: '2026-11-26T08:00:00.000Z',
  };
}

/** Starts an instance as a client does. */
async function start(hub: Hub, journal: Journal, id: string, run = 1): Promise<boolean> {
  const record = aStart(id, run);
  return journal.offer(record, (position) => {
    hub.apply(record, position);
  });
}

/** Adds a result as the engine does; the answer is when it is kept. */
function deliver(hub: Hub, journal: Journal, id: string, task: number): Promise<void> {
  const event = historyEvent(5, { TaskScheduledId: task, Result: '"done"' });
  const record = { kind: 'arrived', id, run: 1, event } as const;
  const { position, kept } = journal.append(record);
  hub.apply(record, position);
  return kept;
}

function contents({ instances }: Hub): unknown {
  return [...instances.values()]
    .map(({ id, run, status, input, inbox, history }) => ({ id, run, status, input, inbox, history }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}

test('journal gives back what was kept when it is opened anew', async () => {
  const disk = new Disk();
  const { hub, journal } = await aJournal(disk);
  await start(hub, journal, 'one');
  await deliver(hub, journal, 'one', 0);
  const again = await aJournal(disk.afterCrash(0));
  expect(contents(again.hub)).toEqual(contents(hub));
  expect(again.hub.instances.get('one')?.inbox).toHaveLength(2);
});

test('journal writes all that waits at once when many ask in one turn of the event loop', async () => {
  const disk = new Disk();
  const { hub, journal } = await aJournal(disk);
  await Promise.all(Array.from({ length: 500 }, (_, index) => start(hub, journal, `i${index}`)));
  expect(hub.instances.size).toBe(500);
  expect(disk.syncs).toBe(1);
});

test('journal tells nobody of a record when it is not synced yet', async () => {
  const disk = new Disk();
  const { hub, journal } = await aJournal(disk);
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  disk.beforeSync = () => held;
  let isKept = false;
  const started = start(hub, journal, 'one').then(() => (isKept = true));
  for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
  expect({ isKept, instances: hub.instances.size }).toEqual({ isKept: false, instances: 0 });
  release();
  await started;
  expect(hub.instances.size).toBe(1);
});

test('journal cuts the last record off, with a line in the log, when it ends at any of its bytes', async () => {
  const disk = new Disk();
  const { hub, journal } = await aJournal(disk);
  await start(hub, journal, 'whole');
  const path = `${folder}/journal-000001`;
  const whole = disk.bytesOf(path).length;
  await start(hub, journal, 'torn', 2);
  const all = Buffer.from(disk.bytesOf(path));
  for (let end = whole + 1; end < all.length; end++) {
    const torn = new Disk();
    torn.put(path, all.subarray(0, end));
    const again = await aJournal(torn);
    expect([...again.hub.instances.keys()]).toEqual(['whole']);
    expect(again.log).toEqual([expect.stringContaining(`the ${end - whole} bytes from byte ${whole} on`)]);
    expect(torn.bytesOf(path)).toHaveLength(whole);
    await start(again.hub, again.journal, 'next', 3);
    expect([...(await aJournal(torn)).hub.instances.keys()]).toEqual(['whole', 'next']);
  }
});

test.each([
  { when: 'a byte of a record in the middle is another', spoil: 60 },
  { when: 'the length of a frame in the middle is another', spoil: 8 },
  { when: 'the mark of a frame in the middle is another', spoil: 1 },
])('journal refuses to start, with file, byte and what to do, when $when', async ({ spoil }) => {
  const disk = new Disk();
  const { hub, journal } = await aJournal(disk);
  const path = `${folder}/journal-000001`;
  await start(hub, journal, 'one');
  const second = disk.bytesOf(path).length;
  await start(hub, journal, 'two', 2);
  await start(hub, journal, 'three', 3);
  const bytes = Buffer.from(disk.bytesOf(path));
  bytes.writeUInt8(bytes.readUInt8(second + spoil) ^ 1, second + spoil);
  disk.put(path, bytes);
  await expect(aJournal(disk)).rejects.toThrow(
    `${path} is spoilt at byte ${second}, and there are records after it. Put a copy of the folder back; or give up what came later with "truncate -s ${second} ${path}"`,
  );
});

test('journal refuses to start when one of its files is missing', async () => {
  const disk = new Disk();
  disk.put(`${folder}/journal-000001`, Buffer.alloc(0));
  disk.put(`${folder}/journal-000003`, Buffer.alloc(0));
  await expect(aJournal(disk)).rejects.toThrow('/hub/journal-000002 is missing, and there are later ones');
});

test.each([
  { when: 'a write is cut off by a full disk', fill: (disk: Disk) => void (disk.room = 20) },
  { when: 'a sync finds the disk full', fill: (disk: Disk) => void (disk.isFullOnSync = true) },
])('journal refuses starts, keeps the rest and goes on by itself when $when', async ({ fill }) => {
  const disk = new Disk();
  const { hub, journal, log } = await aJournal(disk);
  await start(hub, journal, 'one');
  fill(disk);
  const result = deliver(hub, journal, 'one', 7);
  expect(await start(hub, journal, 'two', 2)).toBe(false);
  expect(await start(hub, journal, 'three', 3)).toBe(false);
  expect(await journal.settled()).toBe(false);
  disk.room = Infinity;
  disk.isFullOnSync = false;
  await result;
  expect(await start(hub, journal, 'four', 4)).toBe(true);
  expect(log).toEqual([
    'error: The disk of the journal in /hub is full: make room. Starts are refused (503) and nothing is begun until then; nothing that was acknowledged is lost, and the hub goes on by itself.',
    'warning: There is room in /hub again; the hub goes on.',
  ]);
  const again = await aJournal(disk.afterCrash(1));
  expect(contents(again.hub)).toEqual(contents(hub));
  expect([...again.hub.instances.keys()]).toEqual(['one', 'four']);
});

test('journal has nothing of a start that it refused when power is lost while the disk is full', async () => {
  const disk = new Disk();
  const { hub, journal } = await aJournal(disk);
  await start(hub, journal, 'one');
  disk.isFullOnSync = true;
  expect(await start(hub, journal, 'two', 2)).toBe(false);
  expect([...(await aJournal(disk.afterCrash(1))).hub.instances.keys()]).toEqual(['one']);
});

test('journal lets the next start try the disk when there is nothing else to write', async () => {
  const disk = new Disk();
  const { hub, journal } = await aJournal(disk);
  disk.room = 0;
  expect(await start(hub, journal, 'one')).toBe(false);
  disk.room = Infinity;
  let isKept = false;
  for (let tries = 0; !isKept && tries < 100; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    isKept = await start(hub, journal, 'one');
  }
  expect(isKept).toBe(true);
});

test('journal replaces what it wrote by a snapshot when it has grown', async () => {
  const disk = new Disk();
  const { hub, journal } = await aJournal(disk, { compactAfterBytes: 2000 });
  for (let index = 0; index < 60; index++) {
    await start(hub, journal, `i${index}`, index);
    await deliver(hub, journal, `i${index}`, 0);
  }
  await journal.close();
  const names = disk.names();
  expect(names.some((name) => name.startsWith('/hub/snapshot-'))).toBe(true);
  expect(names).not.toContain('/hub/journal-000001');
  expect(contents((await aJournal(disk.afterCrash(0))).hub)).toEqual(contents(hub));
});

test('journal goes on without a snapshot when there is no room for one', async () => {
  const disk = new Disk();
  const { hub, journal, log } = await aJournal(disk, { compactAfterBytes: 1000 });
  const write = disk.open.bind(disk);
  disk.open = (path) =>
    path.endsWith('.tmp') ? Promise.reject(new Error('ENOSPC: no space left on device')) : write(path);
  for (let index = 0; index < 30; index++) await start(hub, journal, `i${index}`, index);
  expect(log).toContainEqual(expect.stringContaining('No snapshot of /hub could be written'));
  expect(contents((await aJournal(disk.afterCrash(0))).hub)).toEqual(contents(hub));
});

// Seen: the next journal lay there, empty, after a compaction that failed, and a torn record before it was 'spoilt'.
test('journal cuts a torn record off when a compaction had failed before it', async () => {
  const disk = new Disk();
  const { hub, journal } = await aJournal(disk, { compactAfterBytes: 300 });
  const sync = disk.syncFolder.bind(disk);
  disk.syncFolder = async () => {
    await sync();
    throw new Error('EIO: i/o error, fsync');
  };
  for (let index = 0; index < 4; index++) await start(hub, journal, `i${index}`, index);
  await start(hub, journal, 'torn', 9);
  disk.syncFolder = sync;
  const path = `${folder}/journal-000001`;
  disk.put(path, disk.bytesOf(path).subarray(0, -5));
  expect([...(await aJournal(disk)).hub.instances.keys()]).toEqual(['i0', 'i1', 'i2', 'i3']);
});

test('journal refuses to start when the one that a snapshot was begun with is missing', async () => {
  const disk = new Disk();
  const { hub, journal } = await aJournal(disk, { compactAfterBytes: 300 });
  for (let index = 0; index < 10; index++) await start(hub, journal, `i${index}`, index);
  await journal.close();
  const journals = disk.names().filter((name) => name.includes('/journal-'));
  expect(disk.names().length).toBeGreaterThan(journals.length);
  for (const name of journals) await disk.remove(name);
  await expect(aJournal(disk)).rejects.toThrow(`${journals[0] ?? ''} is missing, and its snapshot is there`);
});

test.each([
  { when: 'the disk is full', isKnown: true },
  { when: 'the disk is found to be full only then', isKnown: false },
])('journal closes when $when', async ({ isKnown }) => {
  const disk = new Disk();
  const { hub, journal } = await aJournal(disk);
  await start(hub, journal, 'one');
  disk.room = 0;
  void deliver(hub, journal, 'one', 0);
  if (isKnown) await start(hub, journal, 'two', 2);
  await journal.close();
  disk.room = Infinity;
  expect(contents((await aJournal(disk)).hub)).toMatchObject([{ id: 'one', inbox: [{ position: 1 }] }]);
});

test('journal writes nothing more when it is closed', async () => {
  const disk = new Disk();
  const { hub, journal, log } = await aJournal(disk);
  await start(hub, journal, 'one');
  await journal.close();
  expect(await start(hub, journal, 'two', 2)).toBe(false);
  expect(log).toEqual([]);
  expect([...(await aJournal(disk)).hub.instances.keys()]).toEqual(['one']);
});

/** A step of the random test, with the instance that it is about. */
const aStep = fc.record({
  kind: fc.constantFrom('start', 'deliver', 'pause'),
  instance: fc.integer({ min: 0, max: 5 }),
});

test('journal has every record that it acknowledged, and none twice, when power is lost at any moment', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(aStep, { minLength: 5, maxLength: 60 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (steps, share) => {
        const disk = new Disk();
        const { hub, journal } = await aJournal(disk, { compactAfterBytes: 700 });
        const acknowledged = new Set<string>();
        for (const [task, { kind, instance }] of steps.entries()) {
          const id = `i${instance}`;
          if (kind === 'start' && !hub.instances.has(id))
            void start(hub, journal, id).then(() => acknowledged.add(id));
          else if (kind === 'deliver' && hub.instances.has(id))
            void deliver(hub, journal, id, task).then(() => acknowledged.add(`${id} ${task}`));
          else await new Promise((resolve) => setImmediate(resolve));
        }
        const told = [...acknowledged];
        const { hub: left } = await aJournal(disk.afterCrash(share));
        const found = [...left.instances.values()].flatMap(({ id, inbox }) => [
          id,
          ...inbox.slice(1).map(({ event }) => `${id} ${event.TaskScheduledId ?? ''}`),
        ]);
        expect(found).toEqual(expect.arrayContaining(told));
        expect(new Set(found).size).toBe(found.length);
        await Promise.all(open.splice(0).map((one) => one.abandon()));
      },
    ),
    { numRuns: 200 },
  );
});

/**
 * Is a day the same when it is played again, and how fast is it over? Each in a process of its own.
 *
 * `npm run bench -- day`: one day of 10 sites, twice with one seed.
 * `npm run bench -- speed`: simulated hours a second for 1, 10 and 100 sites.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import Table from 'cli-table3';
import { compiledModule } from '../compiled-code.js';
import type { DayDone, DayWish } from './virtual-day.js';

/** Bytes that a day may tell. */
const maxBuffer = 256 * 1024 * 1024;

/** A day whose sites get two gateways each, and one fault each and a half. */
const wholeDay: DayWish = { seed: 1, sites: 10, zones: 2, hours: 24, faults: 15 };

/** Plays a day. @throws Error with what the process said when it fails */
export async function playDay(wish: DayWish): Promise<DayDone> {
  const runner = await compiledModule('test/bench/run-day');
  const { stdout } = await promisify(execFile)(process.execPath, [runner, JSON.stringify(wish)], {
    maxBuffer,
  });
  return JSON.parse(stdout) as DayDone; // written by run-day.ts
}

/** Plays one day twice. @returns whether both are the same, and whether it ended well */
export async function benchDay(wish: Partial<DayWish>): Promise<boolean> {
  const day = { ...wholeDay, ...wish };
  const played = await Promise.all([playDay(day), playDay(day)]);
  const head = ['run', 'timelines', 'SHA-256', 'serving', 'rotations', 'mended', 'requests', 'lost', 'took'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const [index, done] of played.entries()) {
    table.push([
      index + 1,
      `${done.lines} lines`,
      sha256(done.story).slice(0, 16),
      `${done.serving} of ${day.sites}`,
      done.rotated,
      done.mended,
      done.requests,
      done.lost,
      `${done.seconds.toFixed(0)} s`,
    ]);
  }
  const [one, other] = played;
  const isSame = one.story === other.story;
  process.stdout.write(
    `${day.hours} hours of ${day.sites} sites, ${day.zones} gateways each, ${day.faults} faults, seed ${day.seed}, both at once:\n` +
      `${table.toString()}\n${isSame ? 'Identical' : 'NOT identical'}, byte for byte; ${one.leaks + other.leaks} packets left in the clear; ` +
      `${one.errors.length} errors in the log.\n`,
  );
  for (const error of one.errors.slice(0, 5)) process.stdout.write(`${error.slice(0, 300)}\n`);
  return isSame && played.every(({ serving, leaks }) => serving === day.sites && leaks === 0);
}

/** Plays hours of more and more sites. */
export async function benchSpeed(): Promise<boolean> {
  const head = ['sites', 'gateways', 'hours', 'build', 'the rest', 'hours a second', 'timers a second'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { sites, hours } of [
    { sites: 1, hours: 12 },
    { sites: 10, hours: 3 },
    { sites: 100, hours: 1 },
  ]) {
    const zones = sites > 10 ? 1 : 2;
    const done = await playDay({ seed: 1, sites, zones, hours, faults: 0 });
    const rest = done.seconds - done.buildSeconds;
    table.push([
      sites,
      sites * zones,
      hours,
      `${done.buildSeconds.toFixed(1)} s`,
      `${rest.toFixed(1)} s`,
      (hours / done.seconds).toFixed(3),
      (done.timers / done.seconds).toFixed(0),
    ]);
    process.stderr.write(`speed: ${sites} sites played\n`);
  }
  process.stdout.write(`Virtual time, one process, seed 1, no faults:\n${table.toString()}\n`);
  return true;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

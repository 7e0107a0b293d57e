/** `npm run bench:rotation`: what do 30 days of five sites bring, when the timer alone rotates their PSKs? */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { exitOnSignals } from '../../infra/local/region/exit-on-signals.js';
import type { TimelineLine } from '../../infra/local/region/site-api.js';
import { siteSpec } from '../region/start-region.js';
import { installLeapingClock } from './rotation-days-clock.js';

/** Seconds that pass in one while anything is at work. */
const speed = 100;

/** Real milliseconds between two looks whether anything is at work. */
const lookEveryMs = 4;

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Windows of a night each; Europe leaves daylight saving time on 25 October, America on 1 November. */
const rotations = [
  { window: '22:00-04:00', timeZone: 'Europe/Berlin' },
  { window: '02:00-05:00', timeZone: 'America/New_York' },
  { window: '01:00-03:00', timeZone: 'Asia/Tokyo' },
  { window: '03:00-04:00', timeZone: 'Europe/London' },
  { window: '23:30-00:30', timeZone: 'UTC' },
];
const sites = rotations.map((rotation, index) => ({
  name: `site${index + 1}`,
  rotation: { everyDays: 7, ...rotation },
}));

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '30' },
    /**
     * Minutes of each leap; with 1 no sweep is left out. Longer than the minutes of the metric that a look reads
     * (`backend-health.ts`), gateways would be asked themselves.
     */
    leap: { type: 'string', default: '4' },
    /** Real minutes after which it ends, with as many days as have passed. */
    minutes: { type: 'string', default: '25' },
  },
});
const days = Number(values.days);
const leapMs = Number(values.leap) * minuteMs;

exitOnSignals();
const clock = installLeapingClock(speed, Date.UTC(2026, 9, 12));
const { startRegion } = await import('../../infra/local/region/region.js');
const { watchSides } = await import('../region/rotation-sides.js');
const realStart = clock.realNow();
const errors: string[] = [];
const region = await startRegion({
  port: 0,
  seed: 9,
  hasOperator: false,
  appFile: new URL('./rotation-days-app.ts', import.meta.url).href,
  log: (line) => {
    if (line.startsWith('error')) errors.push(line);
  },
});
// Loaded by the host, which must be there first.
const { sweeps } = await import('./rotation-days-app.js');
const sidesOf = watchSides(region);
try {
  await build();
  region.countAnew();
  const began = Date.now();
  await letPass(began + days * dayMs);
  await report(began);
} finally {
  await region.close();
}
process.exit(0);

/** Requests the sites, and registers each gateway at Zscaler as soon as it has an address. */
async function build(): Promise<void> {
  for (const { name, rotation } of sites) {
    region.cloud.vault.set(`psk-${name}`, `FirstPskOf${name}ThatAPersonMade7`);
    const answer = await region.api.request(siteSpec(name, { zones: ['1', '2'], farSide: 'zia', rotation }));
    if (answer.status !== 202) throw new Error(`${name} was answered ${answer.status}: ${answer.text}`);
  }
  for (;;) {
    const all = await region.api.sites();
    for (const { name, observed } of all) {
      for (const { publicIp: identity } of observed.gateways) {
        if (identity === undefined || region.zscaler.saved(identity) !== undefined) continue;
        region.zscaler.addCredential({ identity, psk: region.cloud.vault.value(`psk-${name}`) ?? '' });
      }
    }
    if (all.every(({ phase }) => phase === 'serving')) return;
    await clock.pauseMs(100);
  }
}

/** Lets time pass: at the clock's speed while anything is at work, by leaps while nothing is. */
async function letPass(until: number): Promise<void> {
  let day = 0;
  const began = Date.now();
  while (Date.now() < until) {
    if ((clock.realNow() - realStart) / minuteMs > Number(values.minutes)) return;
    const passed = Math.floor((Date.now() - began) / dayMs);
    if (passed > day) {
      day = passed;
      const seconds = Math.round((clock.realNow() - realStart) / 1000);
      process.stderr.write(`day ${day} is over after ${seconds} s, ${sweeps.begun} sweeps\n`);
    }
    if (isAtWork()) {
      await clock.pauseMs(lookEveryMs);
    } else {
      // A moment after the minute, so that the sweep's timer is due.
      clock.leapTo(Math.min(until, (Math.floor(Date.now() / leapMs) + 1) * leapMs + 10));
      await clock.pauseMs(lookEveryMs);
    }
  }
}

function isAtWork(): boolean {
  const { instances } = region.host.orchestrations;
  return (
    sweeps.atWork > 0 ||
    [...instances.values()].some(({ status }) => status === 'Running' || status === 'Pending')
  );
}

async function report(began: number): Promise<void> {
  const passedDays = (Date.now() - began) / dayMs;
  const table = new Table({
    head: ['site', 'window', 'begun', 'done', 'gone back', 'answered', 'lost', 'failures', 'sides'],
    style: { head: [], border: [] },
  });
  const counts = region.clientCounts().byFrontend;
  for (const { name, rotation } of sites) {
    const lines = await region.api.timeline(name);
    const { observed } = await region.api.site(name);
    const of = counts[observed.frontendIp ?? ''];
    table.push([
      name,
      `${rotation.window} ${rotation.timeZone}`,
      count(lines, ({ reason }) => reason === 'rotation-began'),
      count(lines, ({ reason }) => reason === 'rotation-done'),
      count(lines, ({ sentence }) => sentence.includes('was taken back')),
      of?.answered ?? 0,
      (of?.lost ?? 0) + (of?.nobody ?? 0),
      count(lines, ({ at, reason }) => Date.parse(at) >= began && reason.endsWith('-failed')),
      await agreement(name),
    ]);
    for (const { at, gateway = '', reason, sentence } of lines)
      if (isNotable(reason) && Date.parse(at) >= began)
        process.stdout.write(`${name} ${at} ${gateway} [${reason}] ${sentence}\n`);
  }
  const minutes = (clock.realNow() - realStart) / minuteMs;
  process.stdout.write(
    `${table.toString()}\n${passedDays.toFixed(1)} days in ${minutes.toFixed(1)} minutes, ${sweeps.begun} sweeps of ` +
      `${Math.round(passedDays * 1440)} minutes; at rest time leapt by ${values.leap} min, ` +
      `so that probes and clients came once a leap; at work it went ${speed} times as fast as the real one.\n` +
      `${errors.length} errors in the log${errors.length === 0 ? '' : `, such as: ${errors[0] ?? ''}`}; ` +
      `${region.guests.leaks()} packets left in the clear.\n`,
  );
}

/** What tells of rotations and of trouble. */
function isNotable(reason: string): boolean {
  return reason.startsWith('rotation-')
    ? reason !== 'rotation-step'
    : /failed|mend|suspend|lost|down/.test(reason);
}

function count(lines: readonly TimelineLine[], is: (line: TimelineLine) => boolean): number {
  return lines.filter(is).length;
}

/** Whether the row, Zscaler, the setups and the IKE SAs use the one version that is enabled in the vault. */
async function agreement(name: string): Promise<string> {
  const { inUse, isRotating, gateways, versions } = await sidesOf(name, `psk-${name}`);
  const enabled = versions.filter((one) => one.enabled).map(({ version }) => version);
  const used = Object.values(gateways).flatMap(({ setUp, authenticated, active }) => [
    setUp,
    authenticated,
    active,
  ]);
  const isSame = [...enabled, ...used].every((version) => version === inUse) && enabled.length === 1;
  return isRotating ? 'rotating' : isSame ? 'agree' : 'DIFFER';
}

/** `npm run demo`: one region, three acts: a site is built, broken in five ways and mended, and its PSKs are rotated. */
import Table from 'cli-table3';
import pc from 'picocolors';
import { exitOnSignals } from './exit-on-signals.js';
import { installScaledClock } from './scaled-clock.js';
import type { FaultWish } from './faults.js';
import type { Region } from './region.js';
import { clock } from './progress.js';
import type { SiteView } from './site-api.js';

/** Seconds that pass in one: the whole takes about three minutes. */
const speed = 12;

/** Longest that anything is waited for, in the region's seconds. */
const patienceSeconds = 60 * 60;

/** Real milliseconds between two looks. */
const lookEveryMs = 100;

/** The site of the demo: three zones, two service edges, its PSK kept by Zscaler's API. */
const site = {
  name: 'hq',
  region: 'westeurope',
  network: {
    subnetId:
      '/subscriptions/7a2c9e10-4b1d-4c52-9f0e-5d1c0a6b3e21/resourceGroups/rg-spoke/providers/Microsoft.Network/virtualNetworks/vnet-spoke/subnets/gateways',
  },
  tunnel: { edges: { primary: 'fra4-vpn.zscaler.net', secondary: 'ams2-2-vpn.zscaler.net' } },
  farSide: 'zia',
};

interface Act {
  readonly title: string;
  readonly wish: FaultWish;
  /** Ends the fault, where nobody on this side can. */
  readonly after?: FaultWish;
}

const acts: readonly Act[] = [
  { title: 'The tunnel process of hq-z1-1 is killed', wish: { fault: 'ipsec-stopped', gateway: 'hq-z1-1' } },
  { title: 'Somebody stops the machine of hq-z2-1', wish: { fault: 'machine-stopped', gateway: 'hq-z2-1' } },
  {
    title: 'Somebody deletes the machine of hq-z3-1',
    wish: { fault: 'machine-deleted', gateway: 'hq-z3-1' },
  },
  {
    title: 'The primary service edge goes down',
    wish: { fault: 'edge-down', edge: 'fra4' },
    after: { fault: 'edge-up', edge: 'fra4' },
  },
  {
    title: 'Somebody changes the PSK of hq-z1-1 at Zscaler',
    wish: { fault: 'psk-changed', gateway: 'hq-z1-1' },
  },
];

/** Lines of the timeline that tell what mended. */
const mendingReasons = ['mends', 'resource-missing', 'rotation-done'];

interface Ended {
  readonly title: string;
  readonly isMended: boolean;
  readonly seconds: number;
  readonly answered: number;
  readonly lost: number;
  readonly how: string;
}

exitOnSignals();
const real = installScaledClock(speed, Date.now());
const { startRegion } = await import('./region.js');
const { applyFault } = await import('./faults.js');
const startedAt = Date.now();
process.stdout.write(`A region comes up, ${speed} times as fast as the real one.\n`);
const region = await startRegion({ port: 0, seed: 7, log: () => undefined });
let told = 0;
const ended: Ended[] = [];
try {
  ended.push(await build());
  for (const act of acts) ended.push(await breakAndMend(act));
  ended.push(await rotate());
  process.stdout.write(`${lastScreen()}\n`);
} finally {
  await region.close();
}
const isAllMended = ended.every(({ isMended }) => isMended) && region.guests.leaks() === 0;
process.exit(isAllMended ? 0 : 1);

async function build(): Promise<Ended> {
  heading('Act one. A site is requested');
  const began = Date.now();
  const answer = await region.api.request(JSON.stringify(site));
  process.stdout.write(`POST /api/sites answered ${answer.status}.\n`);
  const isMended = await until(({ phase }) => phase === 'serving');
  return endOf('The site is built', began, isMended, 'built');
}

async function breakAndMend({ title, wish, after }: Act): Promise<Ended> {
  heading(`Act two. ${title}`);
  region.countAnew();
  const began = Date.now();
  await applyFault(region, wish);
  const isMended = after === undefined ? await mended() : await servedByOther();
  const outcome = endOf(title, began, isMended, await howMended(began));
  if (after !== undefined) await applyFault(region, after);
  await until(({ phase, rotation }) => phase === 'serving' && rotation === undefined);
  return outcome;
}

/** Seen not to serve in full, and then to serve in full again. */
async function mended(): Promise<boolean> {
  return (
    (await until(({ phase }) => phase !== 'serving')) && (await until(({ phase }) => phase === 'serving'))
  );
}

/** The gateways move to their other edge by themselves; the controller has nothing to mend. */
async function servedByOther(): Promise<boolean> {
  return until(() => (region.clientCounts().byEdge['ams2-2'] ?? 0) > 50);
}

async function howMended(since: number): Promise<string> {
  const lines = await region.api.timeline(site.name);
  const ours = lines.filter(({ at, reason }) => Date.parse(at) >= since && mendingReasons.includes(reason));
  return ours.length === 0
    ? 'the gateways moved by themselves'
    : ours.map(({ sentence }) => sentence.split(':')[0] ?? '').join('; ');
}

async function rotate(): Promise<Ended> {
  heading('Act three. The PSKs rotate');
  region.countAnew();
  const began = Date.now();
  await fetch(`${region.api.base}/sites/${site.name}/rotate-psk`, { method: 'POST' });
  const done = async () =>
    (await region.api.timeline(site.name)).some(
      ({ at, reason }) => reason === 'rotation-done' && Date.parse(at) >= began,
    );
  const isMended = await untilTrue(done);
  return endOf(
    'The PSKs rotate',
    began,
    isMended && region.clientCounts().lost === 0,
    'drained one by one, proved by new IKE SAs',
  );
}

function endOf(title: string, began: number, isMended: boolean, how: string): Ended {
  const { answered, lost, nobody } = region.clientCounts();
  const isBuild = how === 'built';
  const seconds = Math.round((Date.now() - began) / 1000);
  const words = isMended ? pc.green('done') : pc.red('not done');
  process.stdout.write(
    `${words} after ${seconds} s; clients: ${answered} answered, ${isBuild ? 0 : lost + nobody} lost\n`,
  );
  return { title, isMended, seconds, answered, lost: isBuild ? 0 : lost + nobody, how };
}

/** Waits, and tells what the timeline holds meanwhile. */
async function until(isSo: (site: SiteView) => boolean): Promise<boolean> {
  return untilTrue(async () => isSo(await region.api.site(site.name)));
}

async function untilTrue(isSo: () => Promise<boolean>): Promise<boolean> {
  const end = Date.now() + patienceSeconds * 1000;
  while (Date.now() < end) {
    await tellNew(region);
    if (await isSo()) return true;
    await new Promise((resolve) => real.setTimeout(resolve, lookEveryMs));
  }
  return false;
}

async function tellNew({ api }: Region): Promise<void> {
  const lines = await api.timeline(site.name);
  for (const { at, gateway, sentence } of lines.slice(told)) {
    process.stdout.write(
      `  ${clock(Date.parse(at) - startedAt)}  ${(gateway ?? '').padEnd(8)} ${sentence}\n`,
    );
  }
  told = Math.max(told, lines.length);
}

function heading(text: string): void {
  process.stdout.write(`\n${pc.bold(text)}\n`);
}

function lastScreen(): string {
  const table = new Table({
    head: ['what', 'result', 'time', 'answered', 'lost', 'how'],
    style: { head: [], border: [] },
    colWidths: [null, null, null, null, null, 48],
    wordWrap: true,
  });
  for (const { title, isMended, seconds, answered, lost, how } of ended) {
    table.push([
      title,
      isMended ? pc.green('done') : pc.red('NOT DONE'),
      `${seconds} s`,
      answered,
      lost,
      how,
    ]);
  }
  return `\n${table.toString()}\n${region.guests.leaks()} packets left in the clear.`;
}

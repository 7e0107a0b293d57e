/** Plays a day in virtual time, in a process of its own that has no loader: `node run-day.js '{"seed":1,…}'`. */
import { installVirtualTime } from '../../infra/local/region/virtual/install.js';
import { dayFaults, type DayDone, type DayWish } from './virtual-day.js';

const wish = JSON.parse(process.argv[2] ?? '{}') as DayWish; // written by day.ts
const clock = installVirtualTime(wish.seed, Date.UTC(2026, 0, 5, 6));
const { seededRandom } = await import('../../infra/local/cloud/random.js');
const { defaultWorld } = await import('../../infra/local/cloud/world.js');
const { applyFault } = await import('../../infra/local/region/faults.js');
const { startRegion } = await import('../../infra/local/region/region.js');
const { startStorageInProcess } = await import('../../infra/local/region/virtual/storage.js');
const { siteSpec } = await import('../region/start-region.js');

/** A stream of its own, so that another number of faults changes nothing else. */
const faultStream = 0xbad;
const random = seededRandom(wish.seed + faultStream);

const errors: string[] = [];
const region = await clock.during(
  startRegion({
    port: 0,
    seed: wish.seed,
    world: roomyWorld(),
    startStorage: () => startStorageInProcess(),
    timeouts: 'fails',
    operatorEverySeconds: 15,
    clientsEverySeconds: 10,
    log: (line) => {
      if (line.startsWith('error')) errors.push(line);
    },
  }),
);
const names = Array.from({ length: wish.sites }, (_, index) => `site${index + 1}`);
const zones = ['1', '2', '3'].slice(0, wish.zones);
const began = clock.realNow();
for (const [index, name] of names.entries()) {
  region.cloud.vault.set(`psk-${name}`, `initial${index}abcdefghijklmnop`);
  const spec = siteSpec(name, {
    zones,
    farSide: 'zia',
    // In a window of the coming night, once the vault has a newer version.
    rotation: { everyDays: 30, window: windowOf(index), timeZone: 'UTC' },
  });
  const { status, text } = await clock.during(region.api.request(spec));
  if (status !== 202) throw new Error(`${name} was answered ${status}: ${text}`);
}
const end = clock.now() + wish.hours * 3600_000;
await untilAllServe();
const buildSeconds = (clock.realNow() - began) / 1000;
region.countAnew();
const happenings = [
  ...momentsFor(wish.faults).map((at) => ({ at, happens: breakOne })),
  ...momentsFor(names.length).map((at, index) => ({ at, happens: () => renewSecretOf(index) })),
].sort((a, b) => a.at - b.at);
for (const { at, happens } of happenings) {
  await clock.pass(Math.max(0, at - clock.now()) / 1000);
  await clock.during(happens());
}
await clock.pass(Math.max(0, end - clock.now()) / 1000);
const done = JSON.stringify(await told());
// Into a pipe it goes piece by piece, and an exit would cut it off.
await new Promise((resolve) => process.stdout.write(done, resolve));
process.exit(0);

/** A gateway that is gone at this moment can't be broken once more. */
function breakOne(): Promise<unknown> {
  const fault = dayFaults[Math.floor(random() * dayFaults.length)] ?? 'ipsec-stopped';
  const gateway = `${names[Math.floor(random() * names.length)] ?? ''}-z${zones[Math.floor(random() * zones.length)] ?? ''}-1`;
  return applyFault(region, { fault, gateway }).catch(() => undefined);
}

/** Somebody writes a newer version: a rotation is due. */
function renewSecretOf(index: number): Promise<void> {
  region.cloud.vault.set(`psk-${names[index] ?? ''}`, `renewed${index}abcdefghijklmnop`);
  return Promise.resolve();
}

async function untilAllServe(): Promise<void> {
  for (;;) {
    await clock.pass(30);
    const sites = await clock.during(region.api.sites());
    if (sites.every(({ phase }) => phase === 'serving')) return;
    if (clock.now() > end)
      throw new Error(
        `Not all sites serve: ${sites.map(({ name, phase, problem }) => `${name} ${phase} ${problem?.detail ?? ''}`).join('; ')}`,
      );
  }
}

/** Spread over the time that is left, each at a random moment of its share; none in the last hour, so that it is mended. */
function momentsFor(count: number): readonly number[] {
  const from = clock.now();
  const share = Math.max(0, end - 3600_000 - from) / Math.max(1, count);
  return Array.from({ length: count }, (_, index) => Math.round(from + (index + random()) * share));
}

function windowOf(index: number): string {
  const hour = (index: number) => String((20 + index) % 24).padStart(2, '0');
  return `${hour(index % 8)}:00-${hour((index % 8) + 2)}:00`;
}

async function told(): Promise<DayDone> {
  const lines: string[] = [];
  let [serving, rotated, mended] = [0, 0, 0];
  for (const name of names) {
    const timeline = await clock.during(region.api.timeline(name));
    const { phase, observed } = await clock.during(region.api.site(name));
    lines.push(...timeline.map((line) => JSON.stringify({ site: name, ...line })));
    lines.push(JSON.stringify({ name, phase, gateways: observed.gateways }));
    if (phase === 'serving') serving++;
    rotated += timeline.filter(({ reason }) => reason === 'rotation-done').length;
    mended += timeline.filter(({ reason }) => reason === 'gateway-mended').length;
  }
  const { answered, lost } = region.clientCounts();
  return {
    story: lines.join('\n'),
    lines: lines.length,
    ...{ serving, rotated, mended, lost, errors, buildSeconds },
    requests: answered + lost,
    leaks: region.guests.leaks(),
    timers: clock.fired,
    seconds: (clock.realNow() - began) / 1000,
  };
}

/** With room for as many sites as are wanted. */
function roomyWorld() {
  const world = defaultWorld();
  const roomy = (quota: { readonly limit: number; readonly usedByOthers: number }) => ({
    ...quota,
    limit: 10_000,
  });
  return {
    ...world,
    coreQuotas: Object.fromEntries(
      Object.entries(world.coreQuotas).map(([name, quota]) => [name, roomy(quota)]),
    ),
    publicIpQuota: roomy(world.publicIpQuota),
  };
}

/** Runs one region of the bench in virtual time, in a process of its own: builds a site, breaks it in all ways, and measures each. */
import { exitOnSignals } from '../../infra/local/region/exit-on-signals.js';
import type { Region } from '../../infra/local/region/region.js';
import { installVirtualTime } from '../../infra/local/region/virtual/install.js';
import { requestsLost } from '../../infra/local/clients/counts.js';
import { siteSpec } from '../region/start-region.js';
import { Deployed } from './deployed.js';
import {
  benchFaults,
  capSeconds,
  type BenchFault,
  type Healed,
  type HealingAnswer,
  type HealingWish,
} from './healing-messages.js';
import { startPlainPolicy, type PlainPolicy } from './plain-policy.js';
import { isServedByAll, pause, untilServedAgain, type Service } from './served-again.js';

/** Between two faults: a minute of a metric can be read after three, and four in which all is well. */
const restSeconds = 420;

/** Longest build, and longest until a site is quiet again. */
const patienceSeconds = 5400;

const wish = JSON.parse(process.argv[2] ?? '{}') as HealingWish; // written by healing.ts
exitOnSignals();
process.once('disconnect', () => process.exit(1));
const clock = installVirtualTime(wish.seed, Date.UTC(2026, 0, 5, 8));
const { startStorageInProcess } = await import('../../infra/local/region/virtual/storage.js');
const { startRegion } = await import('../../infra/local/region/region.js');
const { applyFault } = await import('../../infra/local/region/faults.js');
const { readMemberHealth } = await import('../../shared/azure/backend-health.js');

const deployed = new Deployed();
const region = await clock.during(
  startRegion({
    ...{ port: 0, seed: wish.seed, log: () => undefined },
    startStorage: () => startStorageInProcess(),
    onExchange: (exchange) => deployed.see(exchange),
  }),
);
let plain: PlainPolicy | undefined;
const measured = measureAll().catch((error: unknown): HealingAnswer => ({
  ok: false,
  why: error instanceof Error ? (error.stack ?? error.message) : String(error),
}));
const answer = await clock.during(measured);
plain?.stop();
await clock.during(region.close());
await new Promise((resolve) => process.send?.(answer, resolve));
process.exit(0);

async function measureAll(): Promise<HealingAnswer> {
  const service = await build();
  if (wish.policy === 'plain') plain = await handOver(service);
  await pause(restSeconds);
  const healed: Healed[] = [];
  const wanted = benchFaults.filter((fault) => wish.faults.includes(fault.wish.fault));
  for (const fault of wanted) healed.push(await measure(service, fault, fault === wanted.at(-1)));
  if (region.guests.leaks() > 0) throw new Error(`${region.guests.leaks()} packets left in the clear.`);
  return { ok: true, healed };
}

/** The site of the demo: three zones, two service edges, its PSK kept by Zscaler's API. */
async function build(): Promise<Service> {
  const edges = { primary: 'fra4-vpn.zscaler.net', secondary: 'ams2-2-vpn.zscaler.net' };
  await region.api.request(siteSpec('hq', { tunnel: { edges }, farSide: 'zia' }));
  await untilQuiet();
  const { observed, desired } = await region.api.site('hq');
  const service: Service = {
    cloud: region.cloud,
    balancerId: balancerOf(region).toLowerCase(),
    frontendIp: observed.frontendIp ?? '',
    port: desired.proxy.ports[0] ?? 0,
    gateways: observed.gateways.length,
  };
  await pause(60); // the balancer asks twice before it admits
  if (!(await isServedByAll(service)))
    throw new Error(`The site is not served by all: ${JSON.stringify(region.cloud.balancers.all())}`);
  return service;
}

/** From now on the product does nothing: the site is paused, and the script has it. */
async function handOver({ balancerId, cloud }: Service): Promise<PlainPolicy> {
  const paused = await fetch(`${region.api.base}/sites/hq/pause`, { method: 'POST' });
  if (!paused.ok) throw new Error(`The site was not paused: ${paused.status}.`);
  const { observed } = await region.api.site('hq');
  const read = async () => {
    const samples = await readMemberHealth('westeurope', balancerId, new Date());
    return samples.ok ? samples.value : [];
  };
  const slots = new Map(observed.gateways.map(({ privateIp = '', slot }) => [privateIp, slot]));
  return startPlainPolicy({ cloud, deployed, read, slots });
}

async function measure(
  service: Service,
  { wish: fault, after }: BenchFault,
  isLast: boolean,
): Promise<Healed> {
  const began = Date.now();
  const before = machinesMade();
  region.countAnew();
  await applyFault(region, fault);
  const seconds = await untilServedAgain(service, capSeconds);
  const lost = requestsLost(region.clientCounts());
  if (after !== undefined) await applyFault(region, after);
  if (!isLast || seconds !== undefined) {
    await untilQuiet();
    await pause(restSeconds);
  }
  const told = (await region.api.timeline('hq')).filter(({ at }) => Date.parse(at) >= began);
  return {
    fault: fault.fault,
    ...(seconds === undefined ? {} : { seconds }),
    lost,
    replaced: machinesMade() - before,
    told,
  };
}

/** Nothing is in progress: neither the product's nor the script's. */
async function untilQuiet(): Promise<void> {
  const end = Date.now() + patienceSeconds * 1000;
  for (;;) {
    const { phase, rotation } = await region.api.site('hq');
    const isQuiet =
      plain === undefined ? phase === 'serving' && rotation === undefined : !plain.isReplacing();
    if (isQuiet) return;
    if (Date.now() > end) throw new Error(`The site does not become quiet: it is ${phase}.`);
    await pause(5);
  }
}

function machinesMade(): number {
  const isMachine = (type: string) => type.toLowerCase().endsWith('/virtualmachines');
  return region.cloud.operations().filter(({ verb, type }) => verb === 'create' && isMachine(type)).length;
}

function balancerOf({ cloud }: Region): string {
  const found = cloud.resources().find(({ type }) => type.toLowerCase().endsWith('/loadbalancers'));
  if (found === undefined) throw new Error('The site has no balancer.');
  return found.id;
}

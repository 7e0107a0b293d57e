/** Runs a region in a process of its own, in virtual time, and does what its parent asks. */
import { installVirtualTime } from '../../infra/local/region/virtual/install.js';
import type { FaultWish } from '../../infra/local/region/faults.js';
import type { Answer, Ask, RegionWish } from './region-messages.js';
import { watchZia } from './zia-traffic.js';

/** Monday morning, so that windows and days of tests are the same in every run. */
const startAt = Date.UTC(2026, 0, 5, 8);

const wish = JSON.parse(process.argv[2] ?? '{}') as RegionWish; // written by start-region.ts
const clock = installVirtualTime(wish.seed, startAt);
const { QueueServiceClient } = await import('@azure/storage-queue');
const { startStorageInProcess } = await import('../../infra/local/region/virtual/storage.js');
const { startRegion } = await import('../../infra/local/region/region.js');
const log: string[] = [];
const exchanges: unknown[] = [];
/** Names of the activities that have begun, oldest first. */
const activities: string[] = [];
const historyEvents: unknown[] = [];
/** Events that were noted, by instance, run and place: each look may give other copies of them. */
/** How much of each run's history was noted. */
const noted = new Map<string, number>();
/** Where the host is to crash next. */
let armed: CrashPoint | undefined;
const crashes: string[] = [];
const started = startRegion({
  port: 0,
  seed: wish.seed,
  hasOperator: wish.hasOperator ?? true,
  longest: wish.longest ?? 0.9,
  startStorage: () => startStorageInProcess(wish.tables),
  timeouts: 'fails',
  ...(wish.allowedActions === undefined ? {} : { allowedActions: wish.allowedActions }),
  ...(wish.appFile === undefined ? {} : { appFile: wish.appFile }),
  log: (line) => void log.push(line),
  onExchange: (exchange) => void exchanges.push(exchange),
  onActivity: (name, phase) => {
    if (phase === 'begins') activities.push(name);
    noteHistories();
    crashIfArmed(name, phase);
  },
});
const region = await clock.during(started);
// A vault tells the second in which a version was made: what a test makes is newer than what was there.
await clock.pass(2);
const { applyFault } = await import('../../infra/local/region/faults.js');
const { watchSides } = await import('./rotation-sides.js');
const { endRefusals, keepPskAtEdge, refuseCredential } = await import('./rotation-refusals.js');
const asked = Object.assign(Object.create(null) as object, {
  region,
  applyFault: (wish: FaultWish) => applyFault(region, wish),
  log,
  exchanges,
  activities,
  /** Lets the host crash the next time that an activity is there, or the `nth` time from now on. */
  crashAt: (activity: string, phase: CrashPoint['phase'], nth = 1) =>
    void (armed = { activity, phase, left: nth }),
  /** Crashes that have been, such as `tellFarSide ended`. */
  crashes,
  /** Both sides of a site's rotation. */
  sides: watchSides(region),
  ziaCalls: watchZia(),
  keepPskAtEdge: (slot: string) => {
    keepPskAtEdge(region, slot);
  },
  refuseCredential: (slot: string) => {
    refuseCredential(region, slot);
  },
  endRefusals,
  now: () => clock.now(),
  pass: (seconds: number) => clock.pass(seconds),
  histories,
  putMessage,
  /** Every event that stood in a history, also of runs that are over, begun anew or forgotten. */
  historyEvents: () => {
    noteHistories();
    return historyEvents;
  },
});

function noteHistories(): void {
  for (const { id, run, history } of region.host.orchestrations.instances.values()) {
    const key = `${id} ${run}`;
    const before = noted.get(key) ?? 0;
    if (history.length === before) continue;
    // One that is shorter is another's: the hub was lost, and somebody began anew under the same id.
    historyEvents.push(...history.slice(history.length > before ? before : 0));
    noted.set(key, history.length);
  }
}

/** A boundary of an activity, and how often it is passed until the host crashes there. */
interface CrashPoint {
  readonly activity: string;
  readonly phase: 'begins' | 'ended';
  readonly left: number;
}

function crashIfArmed(activity: string, phase: CrashPoint['phase']): void {
  if (armed?.activity !== activity || armed.phase !== phase) return;
  armed = armed.left > 1 ? { ...armed, left: armed.left - 1 } : undefined;
  if (armed !== undefined) return;
  crashes.push(`${activity} ${phase}`);
  region.host.crash();
}

/** Puts a message into the queue of resource events, whatever it is. */
async function putMessage(text: string): Promise<void> {
  const storage = process.env['AzureWebJobsStorage'] ?? ''; // set by the region
  await QueueServiceClient.fromConnectionString(storage).getQueueClient('resource-events').sendMessage(text);
}

/** Inputs, outputs, status and history of every orchestration. */
function histories() {
  return [...region.host.orchestrations.instances.values()].map(
    ({ id, input, output, customStatus, history }) => ({ id, input, output, customStatus, history }),
  );
}

process.on('message', ({ id, path, values }: Ask) => {
  const performed = perform(path, values);
  // Time that is asked for passes; what else is asked for may need some.
  void (path === 'pass' ? performed : clock.during(performed)).then(
    (value) => reply({ id, value }),
    (error: unknown) => reply({ id, error: String(error) }),
  );
});
process.on('disconnect', () => void clock.during(region.close()).then(() => process.exit(0)));
reply({ id: 0, value: { base: region.api.base, cloud: region.cloud.url } });

/** Calls or reads what stands at a path such as `region.cloud.faults.add`. */
async function perform(path: string, values: readonly unknown[]): Promise<unknown> {
  let owner: unknown = undefined;
  let found: unknown = asked;
  for (const name of path.split('.')) {
    owner = found;
    found = (found as Record<string, unknown>)[name]; // a path that is wrong fails the test that asked for it
  }
  if (typeof found !== 'function') return found;
  return (await Reflect.apply(found, owner, [...values])) as unknown;
}

function reply(answer: Answer): void {
  process.send?.(answer);
}

/** `npm start`: which region, at which speed, with which site, and what is shown of it? */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readArguments, type Arguments } from './arguments.js';
import { keepClock, startOfTime } from './kept-clock.js';
import type { Region, RegionOptions } from './region.js';
import { installScaledClock, type RealClock } from './scaled-clock.js';

/** The one folder that outlives a run. */
const stateFolder = '.tunnelkeeper';

/** Milliseconds between two looks at a site that is shown. */
const lookEveryMs = 250;

const given = readArguments(process.argv.slice(2));
if ('message' in given) {
  process[given.isError ? 'stderr' : 'stdout'].write(`${given.message}\n`);
  process.exitCode = given.isError ? 2 : 0;
} else {
  await run(given);
}

async function run(options: Arguments): Promise<void> {
  const wanted = options.site === undefined ? undefined : readSite(options.site);
  if (wanted instanceof Error) {
    process.stderr.write(`${wanted.message}\n`);
    process.exitCode = 2;
    return;
  }
  const { obstacleToLab } = await import('../gateways/real/obstacle-to-lab.js');
  const obstacle = options.gateways === 'real' ? obstacleToLab() : undefined;
  if (obstacle !== undefined) {
    process.stderr.write(`--gateways=real: ${obstacle}.\n`);
    process.exitCode = 2;
    return;
  }
  if (options.fresh) rmSync(stateFolder, { recursive: true, force: true });
  mkdirSync(stateFolder, { recursive: true });
  const clockFile = `${stateFolder}/clock.json`;
  // Time never goes back for the sites of an earlier run, which may have gone faster than the real one.
  const real = installScaledClock(options.speed, startOfTime(clockFile));
  const kept = keepClock(clockFile, options.speed);
  // Loaded after the clock is in place, so that all of it goes by the scaled one.
  const { startRegion } = await import('./region.js');
  const logFile = `${stateFolder}/log.txt`;
  writeFileSync(logFile, '');
  process.stdout.write(`A region comes up, ${options.speed} times as fast as the real one…\n`);
  const region = await startRegion({
    port: options.port,
    seed: 7,
    tables: `${stateFolder}/tables`,
    journal: `${stateFolder}/hub`,
    timers: `${stateFolder}/timers`,
    ...(options.gateways === 'real' ? { startGuests: await realGateways() } : {}),
    log: (line) => {
      writeFileSync(logFile, `${new Date().toISOString()} ${line}\n`, { flag: 'a' });
    },
  });
  const end = stopOnce(async () => {
    kept.end();
    await region.close();
  });
  process.stdout.write(`The API is at ${region.api.base}, the simulated Azure at ${region.cloud.url}.\n\n`);
  if (wanted !== undefined) process.exitCode = (await showSite(region, wanted, real)) ? 0 : 1;
  if (options.exit) await end();
  else process.stdout.write('Ctrl-C ends it.\n');
}

/** Real guests in the place of the model; loaded on demand, since it brings a lab along. */
async function realGateways(): Promise<NonNullable<RegionOptions['startGuests']>> {
  const { startRealGateways } = await import('../gateways/real/start-real-gateways.js');
  const progress = (line: string) => void process.stdout.write(`${line}\n`);
  return (around) => startRealGateways({ ...around, progress });
}

/** Requests a site and shows it until it serves or has been refused; says whether it serves. */
async function showSite(region: Region, site: string, real: RealClock): Promise<boolean> {
  const { Progress } = await import('./progress.js');
  const { finalScreen } = await import('./final-screen.js');
  const screen = {
    isTerminal: process.stdout.isTTY,
    write: (text: string) => void process.stdout.write(text),
  };
  const answer = await region.api.request(site);
  if (answer.status >= 400) {
    screen.write(`${answer.text}\n`);
    return false;
  }
  const { name } = JSON.parse(answer.text) as { name: string }; // the API's own answer
  screen.write(`POST /api/sites answered ${answer.status}.\n`);
  const progress = new Progress(screen, Date.now());
  for (;;) {
    const now = await region.api.site(name);
    progress.show(now, Date.now());
    if (now.phase === 'serving' || now.phase === 'refused') {
      if (now.phase === 'serving') await clientsServed(region, real);
      screen.write(`${await finalScreen(region, name)}\n`);
      return now.phase === 'serving';
    }
    await new Promise((resolve) => real.setTimeout(resolve, lookEveryMs));
  }
}

/** The balancer's probe admits a gateway up to two intervals after it serves; the clients notice then. */
async function clientsServed(region: Region, real: RealClock): Promise<void> {
  for (let tries = 0; tries < 40 && region.clientCounts().answered === 0; tries++) {
    await new Promise((resolve) => real.setTimeout(resolve, lookEveryMs));
  }
}

function readSite(file: string): string | Error {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return new Error(
      `--site: ${error instanceof Error ? error.message : String(error)}. Give a file such as examples/minimal.json.`,
    );
  }
}

/** Ends the region once, at Ctrl-C too. */
function stopOnce(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const end = () => (closing ??= close().then(() => process.exit(process.exitCode)));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void end());
  return end;
}

/** How does a script of a managed run command come to run on its machine, and how does it end? */
import type { Clock } from './clock.js';
import type { Guest } from './guests.js';
import { asList, asRecord, asText, propertiesOf, type Json } from './json.js';
import type { Machines } from './machines.js';
import type { Resource } from './resources.js';
import { aborted, never, unlessAborted } from './signals.js';

/** What a read with `$expand=instanceView` shows. */
export interface Execution {
  executionState: 'Pending' | 'Running' | 'Failed' | 'Succeeded' | 'TimedOut' | 'Canceled';
  exitCode?: number;
  output: string;
  error: string;
  startTime?: string;
  endTime?: string;
}

/** The action's documented limit; taken for the managed kind too (inferred). */
const outputBytes = 4096;

/** How long a script may take unless told (documented: 90 minutes). */
const defaultTimeoutSeconds = 5400;

/** Share of a short script's duration before it starts; the rest is its report. An estimate. */
const pickupShare = 0.4;

/** A script that is to run. */
export interface Run {
  readonly clock: Clock;
  readonly execution: Execution;
  readonly stop: AbortController;
  readonly seconds: number;
  readonly secrets: readonly unknown[];
  /** Called once the script runs. */
  readonly started: () => void;
  /** The platform says that it ran and was well, and has run nothing. */
  readonly isLie: boolean;
}

/** Waits until the machine takes the script, runs it, and writes down how it went. */
export async function runScript(machines: Machines, resource: Resource, about: Run): Promise<void> {
  const { clock, execution, stop, seconds } = about;
  const machineId = machineOfCommand(resource.id);
  const hang = machines.hanging(machineId);
  const ready = machines.whenAgentReady(machineId);
  const isReady = hang === undefined ? await ready : await unlessAborted(ready, hang);
  // The agent of a machine that hangs never picks the script up.
  if (isReady === undefined) return expire(machines, machineId, about, timeoutOf(resource));
  machines.drawsOf(machineId).runCommandSeconds = seconds;
  await clock.pause(seconds * pickupShare, stop.signal);
  const guest = machines.guest(machineId);
  const power = machines.power(machineId);
  if (!isReady || guest === undefined || power === undefined || isAborted(stop.signal)) {
    execution.executionState = 'Canceled';
    return;
  }
  if (about.isLie) return pretend(about, power);
  await execute(guest, resource, { ...about, power, hang: machines.hanging(machineId) ?? power });
}

/** Takes as long as a script would, and says that all is well. */
async function pretend({ clock, execution, seconds, started }: Run, power: AbortSignal): Promise<void> {
  execution.executionState = 'Running';
  execution.startTime = new Date().toISOString();
  started();
  await clock.pause(seconds * (1 - pickupShare), power);
  execution.endTime = new Date().toISOString();
  execution.executionState = isAborted(power) ? 'Canceled' : 'Succeeded';
  if (!isAborted(power)) execution.exitCode = 0;
}

/** Nothing comes from the machine until time is up, power goes, or somebody deletes the command. */
async function expire(
  machines: Machines,
  machineId: string,
  { clock, execution, stop }: Run,
  limitSeconds: number,
): Promise<void> {
  const power = machines.power(machineId) ?? stop.signal;
  const either = AbortSignal.any([power, stop.signal]);
  await clock.pause(limitSeconds, either);
  execution.executionState = isAborted(either) ? 'Canceled' : 'TimedOut';
  execution.endTime = new Date().toISOString();
}

/** A script in a machine: `power` aborts when its power goes, `hang` when it hangs. */
interface Executing extends Run {
  readonly power: AbortSignal;
  readonly hang: AbortSignal;
}

async function execute(guest: Guest, resource: Resource, about: Executing): Promise<void> {
  const { clock, execution, stop, power, hang, seconds } = about;
  const { source, parameters } = propertiesOf(resource.body);
  execution.executionState = 'Running';
  execution.startTime = new Date().toISOString();
  about.started();
  const over = new AbortController();
  const timedOut = clock.pause(timeoutOf(resource), over.signal).then(() => !over.signal.aborted);
  void timedOut.then((isOver) => {
    if (isOver) stop.abort();
  });
  const script = guest.runScript({
    script: asText(asRecord(source)['script']),
    environment: environmentOf([...asList(parameters), ...about.secrets]),
    signal: stop.signal,
  });
  const reported = script.then(async (end) => {
    const wasStopped = isAborted(stop.signal);
    await clock.pause(seconds * (1 - pickupShare), power);
    return hang.aborted ? never() : { ...end, wasStopped };
  });
  // A script that is told to stop ends by itself, unless its machine hangs.
  const silent = aborted(stop.signal).then(() => aborted(hang));
  const ended = await unlessAborted(Promise.race([reported, silent]), power).finally(() => {
    over.abort();
  });
  execution.endTime = new Date().toISOString();
  const stopped = (await timedOut) ? 'TimedOut' : 'Canceled';
  if (ended === undefined || isAborted(power)) {
    execution.executionState = isAborted(power) ? 'Canceled' : stopped;
    return;
  }
  execution.exitCode = ended.exitCode;
  execution.output = last(ended.stdout);
  execution.error = last(ended.stderr);
  const outcome = ended.exitCode === 0 ? 'Succeeded' : 'Failed';
  execution.executionState = ended.wasStopped ? stopped : outcome;
}

function timeoutOf({ body }: Resource): number {
  return Number(propertiesOf(body)['timeoutInSeconds'] ?? defaultTimeoutSeconds);
}

/** A function, so that the check before the script doesn't count for the time after it. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function environmentOf(parameters: readonly unknown[]): Record<string, string> {
  return Object.fromEntries(
    parameters.map(asRecord).map(({ name, value }: Json) => [asText(name), asText(value)] as const),
  );
}

function last(text: string): string {
  return Buffer.from(text).subarray(-outputBytes).toString();
}

/** Id of the machine that a command is of. */
export function machineOfCommand(commandId: string): string {
  return commandId.replace(/\/runCommands\/[^/]+$/i, '');
}

/** How do managed run commands behave? By documentation: no recording of them was found (docs/azure.md). */
import { idKey } from './arm-id.js';
import type { ResourceKind } from './arm-provider.js';
import type { Clock } from './clock.js';
import type { Guest } from './guests.js';
import { asList, asRecord, asText, propertiesOf, without, type Json } from './json.js';
import type { Machines } from './machines.js';
import type { OperationVerb } from './operations.js';
import { resourceType } from './resource-types.js';
import type { Resource } from './resources.js';
import { aborted, never, unlessAborted } from './signals.js';
import { refusal } from './wire.js';

/** What a read with `$expand=instanceView` shows. */
interface Execution {
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

/** Run commands: run once the agent is ready; Succeeded only says that the platform ran them. A deletion ends the script. */
export function runCommands(machines: Machines, clock: Clock): ResourceKind {
  const executions = new Map<string, Execution>();
  const secrets = new Map<string, readonly unknown[]>();
  const running = new Map<string, AbortController>();
  return {
    type: resourceType.runCommand,
    provider: 'Microsoft.Compute',
    duration: 'run-command',
    deletionEndsWrite: true,
    complete({ id, body }) {
      if (machines.guest(machineOf(id)) === undefined) {
        throw refusal(
          409,
          'OperationNotAllowed',
          `Cannot modify extensions in the VM when the VM is not running.`,
        );
      }
      secrets.set(idKey(id), asList(propertiesOf(body)['protectedParameters']));
      executions.set(idKey(id), { executionState: 'Pending', output: '', error: '' });
      return { ...body, properties: without(propertiesOf(body), 'protectedParameters') };
    },
    async perform(resource, verb: OperationVerb, seconds) {
      const key = idKey(resource.id);
      if (verb === 'delete') {
        running.get(key)?.abort();
        await clock.pause(seconds);
        return undefined;
      }
      const stop = new AbortController();
      running.set(key, stop);
      const execution = executions.get(key) ?? { executionState: 'Pending', output: '', error: '' };
      const known = secrets.get(key) ?? [];
      secrets.delete(key);
      try {
        await run(machines, resource, { clock, execution, stop, seconds, secrets: known });
      } catch (error) {
        execution.executionState = 'Failed';
        throw error;
      } finally {
        if (running.get(key) === stop) running.delete(key);
      }
      return undefined;
    },
    removed: ({ id }) => void executions.delete(idKey(id)),
    view: ({ id, name, type, state, body }, query) => ({
      name,
      id,
      type,
      ...body,
      properties: {
        ...propertiesOf(body),
        provisioningState: state,
        ...(query.get('$expand')?.toLowerCase() === 'instanceview'
          ? { instanceView: { ...executions.get(idKey(id)) } }
          : {}),
      },
    }),
    etag: ({ version }) => `"${version}"`,
  };
}

function machineOf(commandId: string): string {
  return commandId.replace(/\/runCommands\/[^/]+$/i, '');
}

interface Run {
  readonly clock: Clock;
  readonly execution: Execution;
  readonly stop: AbortController;
  readonly seconds: number;
  readonly secrets: readonly unknown[];
}

/** Waits until the machine takes the script, runs it, and writes down how it went. */
async function run(machines: Machines, resource: Resource, about: Run): Promise<void> {
  const { clock, execution, stop, seconds } = about;
  const machineId = machineOf(resource.id);
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
  await execute(guest, resource, { ...about, power, hang: machines.hanging(machineId) ?? power });
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

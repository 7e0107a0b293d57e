/** How do managed run commands behave? By documentation: no recording of them was found (docs/azure.md). */
import { idKey } from './arm-id.js';
import type { ResourceKind } from './arm-provider.js';
import type { Clock } from './clock.js';
import { asList, asRecord, asText, propertiesOf, without, type Json } from './json.js';
import type { Machines } from './machines.js';
import type { OperationVerb } from './operations.js';
import { resourceType } from './resource-types.js';
import type { Resource } from './resources.js';
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
    retryAfter: 10,
    claims: { create: 'Creating', update: 'Updating' },
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

async function run(
  machines: Machines,
  resource: Resource,
  { clock, execution, stop, seconds, secrets }: Run,
): Promise<void> {
  const machineId = machineOf(resource.id);
  const isReady = await machines.whenAgentReady(machineId);
  machines.drawsOf(machineId).runCommandSeconds = seconds;
  await clock.pause(seconds * pickupShare, stop.signal);
  const guest = machines.guest(machineId);
  const power = machines.power(machineId);
  if (!isReady || guest === undefined || power === undefined || isAborted(stop.signal)) {
    execution.executionState = 'Canceled';
    return;
  }
  const { source, parameters, timeoutInSeconds } = propertiesOf(resource.body);
  execution.executionState = 'Running';
  execution.startTime = new Date().toISOString();
  const over = new AbortController();
  const limit = clock.pause(Number(timeoutInSeconds ?? defaultTimeoutSeconds), over.signal);
  const timedOut = limit.then(() => !over.signal.aborted);
  void timedOut.then((isOver) => {
    if (isOver) stop.abort();
  });
  const script = guest.runScript({
    script: asText(asRecord(source)['script']),
    environment: environmentOf([...asList(parameters), ...secrets]),
    signal: stop.signal,
  });
  const ended = await Promise.race([script, whenAborted(power)]).finally(() => {
    over.abort();
  });
  if (ended !== undefined) await clock.pause(seconds * (1 - pickupShare), power);
  execution.endTime = new Date().toISOString();
  if (ended === undefined || isAborted(power)) {
    execution.executionState = 'Canceled';
    return;
  }
  execution.exitCode = ended.exitCode;
  execution.output = last(ended.stdout);
  execution.error = last(ended.stderr);
  const outcome = ended.exitCode === 0 ? 'Succeeded' : 'Failed';
  const stopped = (await timedOut) ? 'TimedOut' : 'Canceled';
  execution.executionState = isAborted(stop.signal) ? stopped : outcome;
}

/** A function, so that the check before the script doesn't count for the time after it. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** A machine that loses its power never says how its script ended. */
function whenAborted(power: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    power.addEventListener(
      'abort',
      () => {
        resolve(undefined);
      },
      { once: true },
    );
  });
}

function environmentOf(parameters: readonly unknown[]): Record<string, string> {
  return Object.fromEntries(
    parameters.map(asRecord).map(({ name, value }: Json) => [asText(name), asText(value)] as const),
  );
}

function last(text: string): string {
  return Buffer.from(text).subarray(-outputBytes).toString();
}

/** How do managed run commands behave? By documentation: no recording of them was found (docs/azure.md). */
import { idKey, lastName } from './arm-id.js';
import type { ResourceKind } from './arm-provider.js';
import type { Clock } from './clock.js';
import { asList, asRecord, asText, propertiesOf, without, type Json } from './json.js';
import type { Machines } from './machines.js';
import type { OperationVerb } from './operations.js';
import { resourceType } from './resource-types.js';
import type { Resource } from './resources.js';
import { machineOfCommand, runScript, type Execution } from './run-script.js';
import { refusal } from './wire.js';

/** What the commands stand on. */
export interface CommandGround {
  readonly machines: Machines;
  readonly clock: Clock;
  /** Says whether commands of a machine of this name are called a success without having been run. */
  readonly liesOf: (machineName: string) => boolean;
}

/** Run commands: run once the agent is ready; Succeeded only says that the platform ran them. */
export function runCommands(ground: CommandGround): ResourceKind {
  const runs = new Commands(ground);
  return {
    type: resourceType.runCommand,
    provider: 'Microsoft.Compute',
    duration: 'run-command',
    deletionEndsWrite: true,
    endsWrite: ({ body }) => isEmpty(body),
    complete: ({ id, body }) => runs.accept(id, body),
    perform: (resource, verb, seconds) => runs.perform(resource, verb, seconds),
    view: ({ id, name, type, state, body }, query) => ({
      name,
      id,
      type,
      ...body,
      properties: {
        ...propertiesOf(body),
        provisioningState: state,
        ...(query.get('$expand')?.toLowerCase() === 'instanceview' ? { instanceView: runs.shown(body) } : {}),
      },
    }),
    etag: ({ version }) => `"${version}"`,
  };
}

/** What was told to run, with how it went; protected parameters are kept until then, and shown to nobody. */
class Commands {
  /** By the body of the command, which is replaced and never changed, and goes with the command or with its machine. */
  readonly #executions = new WeakMap<Json, Execution>();
  readonly #secrets = new Map<string, readonly unknown[]>();
  readonly #running = new Map<string, AbortController>();

  constructor(private readonly ground: CommandGround) {}

  accept(id: string, body: Json): Json {
    if (this.ground.machines.guest(machineOfCommand(id)) === undefined) {
      throw refusal(
        409,
        'OperationNotAllowed',
        `Cannot modify extensions in the VM when the VM is not running.`,
      );
    }
    checkSource(body);
    this.#secrets.set(idKey(id), asList(propertiesOf(body)['protectedParameters']));
    const kept = { ...body, properties: without(propertiesOf(body), 'protectedParameters') };
    this.#executions.set(kept, { executionState: 'Pending', output: '', error: '' });
    return kept;
  }

  async perform(resource: Resource, verb: OperationVerb, seconds: number): Promise<Json | undefined> {
    const key = idKey(resource.id);
    if (verb === 'delete' || isEmpty(resource.body)) {
      this.#running.get(key)?.abort();
      this.#secrets.delete(key);
      await this.ground.clock.pause(seconds);
      this.#executionOf(resource).executionState = 'Canceled';
      return undefined;
    }
    const execution = this.#executionOf(resource);
    let started: () => void = () => undefined;
    const isStarted = new Promise<void>((resolve) => (started = resolve));
    const ended = this.#run(resource, { execution, seconds, started });
    const { asyncExecution, treatFailureAsDeploymentFailure } = propertiesOf(resource.body);
    // The platform has done its part once the script runs (documented); how it ends is seen in the instance view alone.
    await (asyncExecution === true ? Promise.race([isStarted, ended]) : ended);
    const isOver = execution.endTime !== undefined || execution.executionState === 'Canceled';
    return treatFailureAsDeploymentFailure === true && isOver && execution.executionState !== 'Succeeded'
      ? failureOf(resource, execution)
      : undefined;
  }

  async #run(
    resource: Resource,
    about: {
      readonly execution: Execution;
      readonly seconds: number;
      readonly started: () => void;
    },
  ): Promise<void> {
    const { machines, clock, liesOf } = this.ground;
    const key = idKey(resource.id);
    const stop = new AbortController();
    this.#running.set(key, stop);
    const secrets = this.#secrets.get(key) ?? [];
    this.#secrets.delete(key);
    const isLie = liesOf(lastName(machineOfCommand(resource.id)));
    try {
      await runScript(machines, resource, { ...about, clock, stop, secrets, isLie });
    } catch (error) {
      about.execution.executionState = 'Failed';
      throw error;
    } finally {
      if (this.#running.get(key) === stop) this.#running.delete(key);
    }
  }

  shown(body: Json): Json {
    return { ...this.#executions.get(body) };
  }

  #executionOf({ body }: Resource): Execution {
    return this.#executions.get(body) ?? { executionState: 'Pending', output: '', error: '' };
  }
}

/** A script of nothing cancels what runs (documented). */
function isEmpty(body: Json): boolean {
  return asRecord(propertiesOf(body)['source'])['script'] === '';
}

/** Only scripts that are sent are run here: nothing is fetched, and the platform's own commands aren't modelled. */
function checkSource(body: Json): void {
  const source = asRecord(propertiesOf(body)['source']);
  const other = ['scriptUri', 'commandId', 'galleryScriptReferenceId'].find((name) => name in source);
  if (other === undefined || asText(source['script']) !== '') return;
  throw refusal(
    400,
    'InvalidParameter',
    `The local region runs what source.script holds, and knows no source.${other}.`,
    { target: `source.${other}` },
  );
}

/** As recorded of extensions; that a run command's failure is told in the same way is inferred. */
function failureOf({ name }: Resource, { executionState, exitCode, error }: Execution): Json {
  const how = exitCode === undefined ? executionState : `failed with exit code ${exitCode}`;
  return {
    code: 'VMExtensionProvisioningError',
    message: `VM has reported a failure when processing extension '${name}'. Error message: "Enable ${how} ${error}".`,
  };
}

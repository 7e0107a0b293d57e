/** How is a short script run on a machine that is set up? Managed run commands named `diagnose` and `remedy`. */
import type { VirtualMachineRunCommand } from '@azure/arm-compute';
import type { GatewayDiagnosis } from '../gateway/gateway-diagnosis.js';
import type { SetupResult } from '../gateway/setup-result.js';
import type { SlotId } from '../site/ids.js';
import type { Begun, RunIntent } from '../site/intent.js';
import type { ObservedRun, RunName } from '../site/observed-site.js';
import type { Outcome } from '../site/problem.js';
import { begin } from './begin.js';
import { computeClient } from './clients.js';
import { executionOf } from './setups.js';
import { commonOf, tagsOf } from './tags.js';

/** Both scripts are over within a minute (shared/gateway); one that isn't is ended. */
const timeoutSeconds = 240;

/** Parameter whose value tells one run from the next, and makes Azure run the script again. */
const runParameter = 'TK_RUN';

/** Reads what scripts say in their last lines. */
export interface ReadRun {
  readonly diagnosis: (output: string) => GatewayDiagnosis | undefined;
  readonly result: (output: string) => SetupResult | undefined;
}

/** Says whether a run command is one of ours. */
export function isRunName(name: string | undefined): name is RunName {
  return name === 'diagnose' || name === 'remedy';
}

/** The run command's body; no secret is needed. */
export function runBody(intent: RunIntent, script: string): VirtualMachineRunCommand {
  return {
    location: intent.placement.region,
    tags: tagsOf(intent),
    source: { script },
    parameters: [{ name: runParameter, value: intent.requestedAt }],
    timeoutInSeconds: timeoutSeconds,
    asyncExecution: false,
    treatFailureAsDeploymentFailure: false,
  };
}

/** Reads a run with its instance view. */
export function observedRun(
  found: VirtualMachineRunCommand,
  name: RunName,
  about: { readonly virtualMachine: string; readonly slot: SlotId },
  read: ReadRun,
): ObservedRun {
  const view = found.instanceView;
  const output = view?.output ?? '';
  const requestedAt = found.parameters?.find((parameter) => parameter.name === runParameter)?.value;
  const diagnosis = name === 'diagnose' ? read.diagnosis(output) : undefined;
  const result = name === 'remedy' ? read.result(output) : undefined;
  return {
    kind: 'run',
    ...commonOf(found),
    name,
    ...about,
    execution: executionOf(view?.executionState, view?.exitCode),
    ...(requestedAt === undefined ? {} : { requestedAt }),
    ...(view?.endTime === undefined ? {} : { endedAt: view.endTime.toISOString() }),
    ...(diagnosis === undefined ? {} : { diagnosis }),
    ...(result === undefined ? {} : { result }),
  };
}

/** Begins to run a script. */
export async function beginPutRun(intent: RunIntent, script: string): Promise<Outcome<Begun>> {
  const { virtualMachineRunCommands } = await computeClient(intent.placement.subscriptionId);
  const { name, slot, virtualMachine, config, requestedAt } = intent;
  return begin(
    { verb: 'run', what: `${intent.script} on ${virtualMachine}` },
    (onResponse) =>
      virtualMachineRunCommands
        .createOrUpdate(intent.placement.resourceGroup, virtualMachine, name, runBody(intent, script), {
          onResponse,
        })
        .submitted(),
    ({ body }) => ({
      kind: 'run',
      name,
      slot,
      virtualMachine,
      id: String(body['id']),
      state: 'changing',
      execution: 'pending',
      config,
      requestedAt,
    }),
  );
}

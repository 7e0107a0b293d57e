/** How is the setup script run on a machine, and what did it say? A managed run command named `setup`. */
import type { VirtualMachineRunCommand } from '@azure/arm-compute';
import type { SetupResult } from '../gateway/setup-result.js';
import { tagName, type SlotId } from '../site/ids.js';
import type { Begun, SetupIntent } from '../site/intent.js';
import type { ObservedSetup } from '../site/observed-site.js';
import { pskTag } from '../site/psk-tag.js';
import type { Outcome } from '../site/problem.js';
import { begin } from './begin.js';
import { computeClient } from './clients.js';
import { commonOf, tagsOf } from './tags.js';

/** Name of the run command; a later setup replaces it. */
export const setupName = 'setup';

/** The script waits some 1,100 s at worst: 300 for cloud-init, 600 for package locks, two silent edges, 60 for the probe. */
const timeoutSeconds = 1500;

/** A parameter that Azure keeps encrypted and never shows. */
export interface ProtectedParameter {
  readonly name: string;
  readonly value: string;
}

/** Reads the result line out of a script's output. */
export type ReadResult = (output: string) => SetupResult | undefined;

/** The run command's body; the PSKs stand in `protectedParameters` alone. */
export function setupBody(
  intent: SetupIntent,
  script: string,
  protectedParameters: readonly ProtectedParameter[],
): VirtualMachineRunCommand {
  return {
    location: intent.placement.region,
    tags: { ...tagsOf(intent), [tagName.psk]: pskTag(intent.psk) },
    source: { script },
    parameters: [{ name: 'TK_ATTEMPT', value: String(intent.attempt) }],
    protectedParameters: [...protectedParameters],
    timeoutInSeconds: timeoutSeconds,
    asyncExecution: false,
    treatFailureAsDeploymentFailure: false,
  };
}

/**
 * Reads a setup with its instance view. What the script did counts, not `provisioningState`, which only says whether
 * the platform ran it (docs/azure.md, run command).
 */
export function observedSetup(
  found: VirtualMachineRunCommand,
  virtualMachine: string,
  slot: SlotId,
  readResult: ReadResult,
): ObservedSetup {
  const view = found.instanceView;
  const output = view?.output ?? '';
  const result = readResult(output);
  const lastLine = result === undefined ? lastLineOf(output) : undefined;
  const psk = found.tags?.[tagName.psk];
  return {
    kind: 'setup',
    slot,
    virtualMachine,
    ...commonOf(found),
    execution: executionOf(view?.executionState, view?.exitCode),
    ...(psk === undefined ? {} : { psk }),
    ...(view?.endTime === undefined ? {} : { endedAt: view.endTime.toISOString() }),
    ...(result === undefined ? {} : { result }),
    ...(lastLine === undefined ? {} : { lastLine }),
  };
}

function lastLineOf(output: string): string | undefined {
  return output.trim().split('\n').at(-1)?.slice(0, 200) || undefined;
}

/** What Azure says of a script, in our words. */
export function executionOf(
  state: string | undefined,
  exitCode: number | undefined,
): ObservedSetup['execution'] {
  switch (state) {
    case 'Pending':
      return 'pending';
    case 'Running':
      return 'running';
    case 'Succeeded':
      return exitCode === undefined || exitCode === 0 ? 'succeeded' : 'failed';
    case 'Failed':
    case 'TimedOut':
    case 'Canceled':
      return 'failed';
    default:
      return 'unknown';
  }
}

/** Begins to run the setup script. */
export async function beginPutSetup(
  intent: SetupIntent,
  script: string,
  protectedParameters: readonly ProtectedParameter[],
): Promise<Outcome<Begun>> {
  const { virtualMachineRunCommands } = await computeClient(intent.placement.subscriptionId);
  const body = setupBody(intent, script, protectedParameters);
  return begin(
    { verb: 'run', what: `${setupName} on ${intent.virtualMachine}` },
    (onResponse) =>
      virtualMachineRunCommands
        .createOrUpdate(intent.placement.resourceGroup, intent.virtualMachine, setupName, body, {
          onResponse,
        })
        .submitted(),
    ({ body: answer }) => ({
      kind: 'setup',
      slot: intent.slot,
      virtualMachine: intent.virtualMachine,
      name: setupName,
      id: String(answer['id']),
      state: 'changing',
      execution: 'pending',
      config: intent.config,
      psk: pskTag(intent.psk),
    }),
  );
}

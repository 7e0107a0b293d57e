/** How does one gateway do? What spoke for it last, what has spoken against it since, and what it says itself. */
import type { GatewayDiagnosis } from '../gateway/gateway-diagnosis.js';
import type { SetupFailure } from '../gateway/setup-result.js';
import type {
  BackendSample,
  ObservedResource,
  ObservedRun,
  ObservedSetup,
  ObservedVirtualMachine,
  ReportedTrouble,
  RunName,
} from './observed-site.js';
import { isServing } from './setup-verdict.js';
import type { GatewayStatus } from './site-record.js';

/** What the machine said of itself, and when (ISO 8601). */
export type Said =
  | { readonly at: string; readonly diagnosis: GatewayDiagnosis }
  /** `seconds`: how long it took to say so, of a script that was asked for. */
  | { readonly at: string; readonly failure: SetupFailure | 'nothing'; readonly seconds?: number };

/** What is known of a gateway whose machine stands. */
export interface GatewayHealth {
  readonly machine: ObservedVirtualMachine;
  /**
   * ISO 8601: when a request through its tunnel is known to have succeeded last, on this machine; empty when the time
   * isn't known, absent when none has.
   */
  readonly provedAt?: string;
  /** ISO 8601: the newest of the balancer's minutes that say anything of it. */
  readonly heardAt?: string;
  /** The balancer's newest minute since, when its probes were not all answered. */
  readonly complaint?: BackendSample;
  /** The gateway's own report since, when it is that it doesn't serve; never on one that has not served. */
  readonly report?: ReportedTrouble;
  /** The machine's newest word since, when it isn't that all is well. */
  readonly said?: Said;
  readonly diagnose?: ObservedRun;
  readonly remedy?: ObservedRun;
  /** ISO 8601: when the machine was last started or moved by us. */
  readonly touchedAt?: string;
}

/** Says whether the machine itself finds that it serves. */
export function isWell({ probe }: GatewayDiagnosis): boolean {
  return probe === 200;
}

/** Finds a run on a machine. */
export function runOf(
  resources: readonly ObservedResource[],
  machine: string,
  name: RunName,
): ObservedRun | undefined {
  return resources
    .filter((resource) => resource.kind === 'run')
    .find((run) => run.virtualMachine === machine && run.name === name);
}

/** What is gathered. */
export interface HealthSources {
  readonly resources: readonly ObservedResource[];
  readonly machine: ObservedVirtualMachine;
  readonly setup: ObservedSetup | undefined;
  /** Of this gateway alone. */
  readonly samples: readonly BackendSample[];
  /** Of this gateway, and only when it is that it doesn't serve. */
  readonly report?: ReportedTrouble | undefined;
  /** The machine with which the gateway was last told to serve, and since when: metrics are forgotten, this isn't. */
  readonly served?: GatewayStatus['served'] | undefined;
  /** ISO 8601: when the machine was last started or moved by us; what it said before counts no more. */
  readonly touchedAt?: string | undefined;
}

/** Gathers what is known of a gateway. */
export function gatewayHealth({
  resources,
  machine,
  setup,
  samples,
  report,
  served,
  touchedAt = '',
}: HealthSources): GatewayHealth {
  const diagnose = runOf(resources, machine.name, 'diagnose');
  const remedy = runOf(resources, machine.name, 'remedy');
  const since = latest([machine.createdAt ?? '', touchedAt]) ?? '';
  const provedAt = latest([
    ...servedSince(machine, setup, served),
    ...(setup !== undefined && isServing(setup) ? [setup.endedAt ?? ''] : []),
    ...(remedy?.result?.ok === true ? [remedy.endedAt ?? ''] : []),
    ...(diagnose?.diagnosis !== undefined && isWell(diagnose.diagnosis) ? [diagnose.endedAt ?? ''] : []),
    // The probe is answered 200 only while a request through the tunnel has just succeeded.
    ...samples.filter(({ at, percent }) => percent === 100 && at >= since).map(({ at }) => at),
  ]);
  const heardAt = latest(samples.map(({ at }) => at));
  const complaint = complaintOf(samples, latest([provedAt ?? '', since]) ?? '');
  const said = newestWord({ setup, diagnose, remedy }, latest([provedAt ?? '', touchedAt]) ?? '');
  return {
    machine,
    ...(touchedAt === '' ? {} : { touchedAt }),
    ...(provedAt === undefined ? {} : { provedAt }),
    ...(heardAt === undefined ? {} : { heardAt }),
    ...(complaint === undefined ? {} : { complaint }),
    ...(report !== undefined && provedAt !== undefined && report.at > (latest([provedAt, since]) ?? '')
      ? { report }
      : {}),
    ...(said === undefined ? {} : { said }),
    ...(diagnose === undefined ? {} : { diagnose }),
    ...(remedy === undefined ? {} : { remedy }),
  };
}

/** What was served after a setup had ended is proof; before it, on another configuration, it isn't. */
function servedSince(
  { name }: ObservedVirtualMachine,
  setup: ObservedSetup | undefined,
  served: GatewayStatus['served'],
): readonly string[] {
  if (served?.machine !== name || setup?.endedAt === undefined) return [];
  return served.since > setup.endedAt ? [served.since] : [];
}

function latest(times: readonly string[]): string | undefined {
  return [...times].sort().at(-1);
}

/** A minute in which the last proof lies may hold what was before it; only whole ones since count. */
function complaintOf(samples: readonly BackendSample[], since: string): BackendSample | undefined {
  const newest = [...samples].sort((a, b) => (a.at < b.at ? -1 : 1)).at(-1);
  return newest !== undefined && newest.at >= since && newest.percent < 100 ? newest : undefined;
}

interface Words {
  readonly setup: ObservedSetup | undefined;
  readonly diagnose: ObservedRun | undefined;
  readonly remedy: ObservedRun | undefined;
}

function newestWord({ setup, diagnose, remedy }: Words, provedAt: string): Said | undefined {
  const words: Said[] = [];
  const isOver = ({ execution }: ObservedRun | ObservedSetup) =>
    execution === 'failed' || execution === 'succeeded';
  if (setup?.endedAt !== undefined && isOver(setup) && !isServing(setup)) {
    words.push({ at: setup.endedAt, failure: setup.result?.reason ?? 'nothing' });
  }
  if (remedy?.endedAt !== undefined && isOver(remedy) && remedy.result?.ok !== true) {
    words.push({ at: remedy.endedAt, failure: remedy.result?.reason ?? 'nothing', ...secondsOf(remedy) });
  }
  if (diagnose?.endedAt !== undefined && isOver(diagnose)) {
    const { endedAt: at, requestedAt = at, diagnosis } = diagnose;
    // A script without a word says nothing against a gateway that was proved since it was asked for.
    if (diagnosis === undefined) {
      if (requestedAt > provedAt) words.push({ at, failure: 'nothing', ...secondsOf(diagnose) });
    } else if (!isWell(diagnosis)) words.push({ at, diagnosis });
  }
  return words
    .filter(({ at }) => at > provedAt)
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .at(-1);
}

function secondsOf({ requestedAt, endedAt }: ObservedRun): { readonly seconds?: number } {
  if (requestedAt === undefined || endedAt === undefined) return {};
  return { seconds: (Date.parse(endedAt) - Date.parse(requestedAt)) / 1000 };
}

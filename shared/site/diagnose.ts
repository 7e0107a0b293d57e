/** What is wrong with a gateway? One cause, from the cheapest signal that can tell it, with its evidence. */
import type { GatewayDiagnosis } from '../gateway/gateway-diagnosis.js';
import type { TunnelTrouble } from '../gateway/tunnel-trouble.js';
import type { SetupFailure } from '../gateway/setup-result.js';
import type { GatewayHealth } from './gateway-health.js';
import type { SlotId } from './ids.js';
import type { Cause, Rung } from './remedy.js';
import type { Evidence } from './timeline-entry.js';

/** All that the diagnosis of one gateway is made from. */
export interface GatewayFacts {
  readonly slot: SlotId;
  /** Absent when there is no machine. */
  readonly health?: GatewayHealth;
  /** Something of ours is in flight on the machine. */
  readonly isInFlight: boolean;
  /** ISO 8601: only what spoke for it after this counts, since its mending goes on; absent when nothing is wrong. */
  readonly mendedSince?: string;
  readonly edge: {
    readonly name: string;
    /** Other gateways, of this site or another, that are known to serve through it now. */
    readonly servesOthers: number;
    /** Other gateways that should serve through it, whether they do or not. */
    readonly others: number;
  };
  /** The vault has a newer version of its PSK than the gateway. */
  readonly isSecretNewer: boolean;
}

/** What was found. */
export interface Diagnosis {
  readonly cause: Cause;
  /** For people, with numbers and units. */
  readonly sentence: string;
  readonly evidence: Evidence;
  /** The machine has to be asked before more can be told. */
  readonly mustAsk?: boolean;
  /** The lowest rung that can help, when the evidence rules lower ones out. */
  readonly from?: Rung;
  /** Another machine would meet the same: the far side refuses what the site asks for. */
  readonly isFarSide?: boolean;
}

/** A machine that doesn't say anything for so long doesn't answer: nine of ten short scripts end within 75 s (docs/azure.md). */
export const answerLimitSeconds = 300;

/** A script that was ended after so long without a word never ran to its end: it takes 15 s on a machine that works. */
const silentScriptSeconds = 180;

/** What a machine said that was no answer is asked for again after so long. */
const askAgainSeconds = 300;

/** Finds the cause. Pure: the same facts give the same answer. */
export function diagnose(facts: GatewayFacts, now: Date): Diagnosis {
  const { health, slot } = facts;
  if (health === undefined) return { cause: 'vm-missing', sentence: `${slot} has no machine.`, evidence: {} };
  const { machine, provedAt, complaint, said } = health;
  const known = { machine: machine.name, power: machine.power };
  if (machine.power === 'stopped' || machine.power === 'deallocated') {
    return {
      cause: 'vm-stopped',
      sentence: `${machine.name} is ${machine.power}; somebody stopped it.`,
      evidence: known,
    };
  }
  if (facts.isInFlight || machine.state === 'changing' || machine.power === 'starting') {
    return { cause: 'starting', sentence: `${machine.name} is being changed.`, evidence: known };
  }
  const isMended = facts.mendedSince === undefined || (provedAt ?? '') > facts.mendedSince;
  const isSuspect = complaint !== undefined || said !== undefined || !isMended;
  if (!isSuspect && provedAt !== undefined) {
    return { cause: 'healthy', sentence: `${slot} serves.`, evidence: known };
  }
  if (!isSuspect) return { cause: 'starting', sentence: `${slot} has not served yet.`, evidence: known };
  return askedOrTold(facts, health, now);
}

function askedOrTold(facts: GatewayFacts, health: GatewayHealth, now: Date): Diagnosis {
  const { complaint, said, diagnose: run, machine } = health;
  const evidence: Evidence = {
    machine: machine.name,
    ...(complaint === undefined ? {} : { probesAnsweredPercent: complaint.percent, minute: complaint.at }),
  };
  const asked = run?.requestedAt;
  const isPending = run !== undefined && run.execution !== 'succeeded' && run.execution !== 'failed';
  const { provedAt = '', touchedAt = '' } = health;
  if (asked !== undefined && isPending && asked > provedAt && asked > touchedAt) {
    const seconds = Math.round((now.getTime() - Date.parse(asked)) / 1000);
    return seconds < answerLimitSeconds
      ? {
          cause: 'cannot-tell',
          sentence: `${machine.name} was asked ${seconds} s ago what is wrong, and has not answered yet.`,
          evidence,
        }
      : unresponsive(machine.name, seconds, { ...evidence, askedAt: asked });
  }
  if (said === undefined) return mustAsk(facts, evidence);
  if ('failure' in said && said.failure === 'nothing') {
    const { seconds = 0 } = said;
    if (seconds >= silentScriptSeconds) return unresponsive(machine.name, seconds, evidence);
    const ageSeconds = (now.getTime() - Date.parse(said.at)) / 1000;
    return ageSeconds < askAgainSeconds
      ? {
          cause: 'cannot-tell',
          sentence: `${machine.name} was asked what is wrong and gave no answer that can be read.`,
          evidence,
        }
      : mustAsk(facts, evidence);
  }
  const found =
    'diagnosis' in said
      ? ofDiagnosis(facts, said.diagnosis)
      : ofTrouble(facts, troubleOf(said.failure), said.failure);
  return { ...found, evidence: { ...evidence, saidAt: said.at, ...found.evidence } };
}

function unresponsive(machine: string, seconds: number, evidence: Evidence): Diagnosis {
  const rounded = Math.round(seconds);
  return {
    cause: 'vm-unresponsive',
    sentence: `${machine} runs and does not answer: not the balancer’s probes, and not within ${rounded} s what it was asked.`,
    evidence: { ...evidence, seconds: rounded },
  };
}

function mustAsk({ slot }: GatewayFacts, evidence: Evidence): Diagnosis {
  const { probesAnsweredPercent } = evidence;
  const why =
    probesAnsweredPercent === undefined
      ? 'nothing has spoken for it yet'
      : `${Math.round(Number(probesAnsweredPercent))} % of the balancer’s probes were answered in a minute`;
  return {
    cause: 'cannot-tell',
    mustAsk: true,
    sentence: `${slot} may not serve: ${why}. The machine is asked.`,
    evidence,
  };
}

/** Reads what the machine said, the outermost first: what was changed by hand, what doesn't run, what doesn't carry. */
function ofDiagnosis(facts: GatewayFacts, said: GatewayDiagnosis): Diagnosis {
  const { changedFiles, services, tunnels, probe } = said;
  const told = { probe, ipsec: services.ipsec, tunnels: tunnelWords(said) };
  if (changedFiles.length > 0) {
    return {
      cause: 'config-drift',
      sentence: `On ${facts.slot} ${changedFiles.slice(0, 3).join(', ')} is not what was set up.`,
      evidence: { ...told, changedFiles: changedFiles.slice(0, 5) },
    };
  }
  if (!services.ipsec) {
    return {
      cause: 'tunnel-down',
      from: 'ipsec-restart',
      sentence: `On ${facts.slot} ipsec does not run.`,
      evidence: told,
    };
  }
  const all = Object.values(tunnels);
  if (all.some(({ state, request }) => state === 'up' && request)) {
    const what = services.health
      ? `answers the probe with ${probe}`
      : 'has no service that answers the probe';
    return {
      cause: 'config-drift',
      sentence: `${facts.slot} carries requests, and ${what}.`,
      evidence: told,
    };
  }
  if (all.some(({ state }) => state === 'up')) return { ...proxyDead(facts), evidence: told };
  const because = all.map((tunnel) => tunnel.because ?? 'unknown');
  const trouble = ofTrouble(facts, worstOf(because), because.join(', '));
  return { ...trouble, evidence: { ...told, ...trouble.evidence } };
}

/** What the machine says of its tunnels, one text each. */
export function tunnelWords({ tunnels }: GatewayDiagnosis): readonly string[] {
  return Object.entries(tunnels).map(
    ([role, { state, request, because }]) =>
      `${role} ${state}${state === 'up' ? `, a request ${request ? 'succeeds' : 'fails'}` : ''}${because === undefined ? '' : `: ${because}`}`,
  );
}

/** A refusal tells more than a silence; what is not known tells least. */
const tellingOrder: readonly TunnelTrouble[] = [
  'credential-refused',
  'psk-unusable',
  'ike-proposal-refused',
  'esp-proposal-refused',
  'selectors-refused',
  'edge-silent',
  'unknown',
];

function worstOf(because: readonly TunnelTrouble[]): TunnelTrouble {
  return tellingOrder.find((trouble) => because.includes(trouble)) ?? 'unknown';
}

function troubleOf(failure: SetupFailure | 'nothing'): TunnelTrouble | 'proxy-silent' {
  switch (failure) {
    case 'credential-refused':
    case 'edge-silent':
    case 'ike-proposal-refused':
    case 'esp-proposal-refused':
    case 'selectors-refused':
    case 'psk-unusable':
    case 'proxy-silent':
      return failure;
    case 'packages-not-installed':
    case 'package-lock-held':
    case 'configuration-refused':
    case 'unexpected':
    case 'nothing':
      return 'unknown';
  }
}

function ofTrouble(facts: GatewayFacts, trouble: TunnelTrouble | 'proxy-silent', told: string): Diagnosis {
  const { slot, edge, isSecretNewer } = facts;
  const evidence = { because: told };
  switch (trouble) {
    case 'proxy-silent':
      return { ...proxyDead(facts), evidence };
    case 'credential-refused':
      return isSecretNewer
        ? {
            cause: 'secret-newer',
            sentence: `The service edge refuses the PSK of ${slot}, and the vault has a newer version of it.`,
            evidence,
          }
        : {
            cause: 'credential-refused',
            sentence: `The service edge ${edge.name} refuses the credential of ${slot}: another PSK or another identity stands at Zscaler. No change on this side mends that.`,
            evidence,
          };
    case 'edge-silent':
      return silentEdge(facts, evidence);
    case 'ike-proposal-refused':
    case 'esp-proposal-refused':
    case 'selectors-refused':
    case 'psk-unusable':
      return {
        cause: 'tunnel-down',
        isFarSide: true,
        sentence: `The tunnel of ${slot} is down: ${trouble.replaceAll('-', ' ')}.`,
        evidence,
      };
    case 'unknown':
      return { cause: 'tunnel-down', sentence: `The tunnel of ${slot} is down.`, evidence };
  }
}

/** Whose trouble a silence is, the other gateways of the edge tell. */
function silentEdge({ slot, edge }: GatewayFacts, told: Evidence): Diagnosis {
  const { name, servesOthers, others } = edge;
  const evidence = { ...told, servesOthers };
  if (servesOthers > 0) {
    return {
      cause: 'tunnel-down',
      sentence: `${slot} gets no answer from ${name}, which serves ${servesOthers} other gateways: the trouble is on this side.`,
      evidence,
    };
  }
  if (others > 0) {
    return {
      cause: 'service-edge-down',
      sentence: `${name} answers no gateway that uses it; no machine is touched for that.`,
      evidence,
    };
  }
  return {
    cause: 'tunnel-down',
    isFarSide: true,
    sentence: `${slot} gets no answer from ${name}, which no other gateway uses: on which side the trouble is can't be told, so no machine is touched.`,
    evidence,
  };
}

/** The proxies behind an edge are shared: what one gateway can't reach, another machine can't either. */
function proxyDead({ slot, edge }: GatewayFacts): Omit<Diagnosis, 'evidence'> {
  return {
    cause: 'proxy-dead',
    sentence: `The tunnel of ${slot} to ${edge.name} is up, and no request through it is answered.`,
  };
}

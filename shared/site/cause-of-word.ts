/** What does it mean what a machine says of itself? The outermost first: what was changed, what doesn’t run, what doesn’t carry. */
import type { GatewayDiagnosis } from '../gateway/gateway-diagnosis.js';
import type { TunnelTrouble } from '../gateway/tunnel-trouble.js';
import type { SetupFailure } from '../gateway/setup-result.js';
import type { Evidence } from './timeline-entry.js';
import type { Diagnosis, GatewayFacts } from './diagnosis.js';

/** Reads what the machine said, the outermost first: what was changed by hand, what doesn't run, what doesn't carry. */
export function ofDiagnosis(facts: GatewayFacts, said: GatewayDiagnosis): Diagnosis {
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
    const what = services.agent ? `answers the probe with ${probe}` : 'has no agent that answers the probe';
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

/** Reads why a script of ours ended in vain. */
export function ofFailure(facts: GatewayFacts, failure: SetupFailure | 'nothing'): Diagnosis {
  return ofTrouble(facts, troubleOf(failure), failure);
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

/** Did a setup succeed, and if not, why? The script's last line decides, never `provisioningState`. */
import type { SetupFailure, SetupWarning } from '../gateway/setup-result.js';
import type { ObservedSetup } from './observed-site.js';
import { problem, problemCode, type Problem, type ProblemCode } from './problem.js';

/** Says whether the machine is configured and a request through its tunnel has succeeded. */
export function isServing({ execution, result }: ObservedSetup): boolean {
  return execution === 'succeeded' && result?.ok === true;
}

/**
 * Azure ends the script after 25 min (shared/azure/setups.ts); ten more for a machine whose guest agent comes up late.
 * A setup that isn't over then has an agent that will never tell.
 */
const setupLimitSeconds = 35 * 60;

/** Says whether a setup that began at a time (ISO 8601) can't be waited for any longer. */
export function hasSetupTimedOut(begunAt: string, now: Date): boolean {
  return now.getTime() - Date.parse(begunAt) >= setupLimitSeconds * 1000;
}

/** Code of the problem that a silent setup is. */
export const silenceCode = 'guest-agent-silent';

/** The problem of a setup of which nothing is heard any more. */
export function problemOfSilence(virtualMachine: string): Problem {
  return problem(
    'setup-failed',
    `The setup of ${virtualMachine} has not ended after ${setupLimitSeconds / 60} min; its guest agent does not answer.`,
    {
      code: silenceCode,
      retryable: true,
      mend: `It is run again by itself; if it goes on, restart the guest agent (walinuxagent) or the machine, or delete ${virtualMachine}, which is then made anew.`,
    },
  );
}

/** Tells how a serving gateway came to serve. */
export function serviceSentence({ result }: ObservedSetup): string {
  const tunnels = Object.entries(result?.tunnels ?? {}).map(
    ([role, { state, seconds }]) => `tunnel ${role} ${state} after ${seconds} s`,
  );
  const warning = result?.warning === undefined ? '' : ` ${warnings[result.warning]}`;
  return `Serves: ${tunnels.join(', ')}; the balancer’s probe gets ${result?.probe ?? 0}.${warning}`;
}

const warnings: Record<SetupWarning, string> = {
  'netdata-not-packaged':
    'Without Netdata: the image’s distribution has no package of it; use Debian 12 as gateway.image, or set monitoring.netdata to false.',
  'netdata-not-installed':
    'Without Netdata: its packages could not be installed; let the subnet reach a Debian mirror, then set monitoring.netdata to false and back.',
  'netdata-silent': 'Netdata does not answer: read the journal of netdata.service on the machine.',
};

const codes: Record<SetupFailure, ProblemCode> = {
  'packages-not-installed': 'setup-failed',
  'package-lock-held': 'setup-failed',
  'psk-unusable': 'secret-unusable',
  'configuration-refused': 'setup-failed',
  'credential-refused': 'credential-refused',
  'ike-proposal-refused': 'tunnel-down',
  'esp-proposal-refused': 'tunnel-down',
  'selectors-refused': 'tunnel-down',
  'edge-silent': 'tunnel-down',
  'proxy-silent': 'proxy-silent',
  unexpected: 'setup-failed',
};

/** Says whether a problem is what a setup ended with, unlike one for which it could not be begun. */
export function isOfSetup(problem: Problem): boolean {
  return Object.values(codes).includes(problemCode(problem));
}

const details: Record<SetupFailure, string> = {
  'packages-not-installed': 'the packages could not be installed',
  'package-lock-held': 'another process holds the package lock',
  'psk-unusable': 'the PSK is not 8 to 255 letters and digits',
  'configuration-refused': 'Libreswan refuses the configuration',
  'credential-refused': 'the service edge refuses the credential: wrong PSK or unknown identity',
  'ike-proposal-refused': 'the service edge refuses the IKE proposal',
  'esp-proposal-refused': 'the service edge refuses the ESP proposal, so IKE is up without a tunnel',
  'selectors-refused': 'the service edge refuses the traffic selectors',
  'edge-silent': 'the service edge does not answer',
  'proxy-silent': 'the tunnel is up, but no request through it succeeds',
  unexpected: 'the script ended unexpectedly',
};

/** Turns a setup that didn't succeed into a problem. */
export function problemOfSetup({ virtualMachine, execution, result, lastLine }: ObservedSetup): Problem {
  if (result === undefined || result.reason === undefined) {
    const said = lastLine === undefined ? 'it said nothing' : `its last line is "${lastLine}"`;
    return problem(
      'setup-failed',
      `The setup of ${virtualMachine} ended as ${execution} without a result; ${said}.`,
      {
        retryable: true,
        mend: 'It is run again by itself; if it goes on, read /var/log/cloud-init-output.log on the machine.',
      },
    );
  }
  const { reason, mend } = result;
  return problem(codes[reason], `On ${virtualMachine} ${details[reason]}.`, {
    retryable: true,
    code: reason,
    ...(mend === undefined ? {} : { mend }),
  });
}

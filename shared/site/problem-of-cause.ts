/** What does the status say of a gateway that something is wrong with? */
import { problem, type Problem, type ProblemCode } from './problem.js';
import type { Cause } from './remedy.js';
import type { GatewayActivity } from './site-record.js';

interface Words {
  readonly code: ProblemCode;
  readonly mend: string;
}

const byItself = 'It is mended by itself; the timeline tells what is tried.';

const words: Readonly<Record<Cause, Words | undefined>> = {
  healthy: undefined,
  starting: undefined,
  'tunnel-down': { code: 'tunnel-down', mend: byItself },
  'credential-refused': {
    code: 'credential-refused',
    mend: 'Compare the PSK of the secret with the one at Zscaler; store what stands there as a new version, or enter the secret’s value at Zscaler.',
  },
  'service-edge-down': {
    code: 'service-edge-down',
    mend: 'Look at Zscaler’s trust portal; name a secondary edge (tunnel.edges.secondary) in another data centre.',
  },
  'proxy-dead': {
    code: 'proxy-silent',
    mend: 'Look at Zscaler’s trust portal, and whether a location uses the credential.',
  },
  'vm-stopped': { code: 'machine-stopped', mend: byItself },
  'vm-missing': { code: 'machine-missing', mend: byItself },
  'vm-unresponsive': { code: 'machine-unresponsive', mend: byItself },
  'config-drift': { code: 'configuration-drifted', mend: byItself },
  'secret-newer': { code: 'credential-refused', mend: byItself },
  'cannot-tell': undefined,
};

/** The problem document of a cause; `undefined` for one that is none, or isn't known. */
export function problemOfCause(
  cause: Cause | undefined,
  doing: GatewayActivity,
  because: string,
): Problem | undefined {
  if (cause === undefined) return undefined;
  if (doing === 'suspended') {
    return problem('remediation-suspended', because, {
      mend: 'Look at the machine; then replace it on purpose (POST …/replace), or mend it by hand.',
    });
  }
  const found = words[cause];
  return found === undefined
    ? undefined
    : problem(found.code, because, { retryable: true, mend: found.mend });
}

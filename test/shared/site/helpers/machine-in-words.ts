/** What does a machine say at the end of a script? Its tunnel stands, or the reason why not. */
import type { SetupFailure } from '../../../../shared/gateway/setup-result.js';
import type { RunIntent, SetupIntent } from '../../../../shared/site/intent.js';
import type { ObservedRun, ObservedSetup } from '../../../../shared/site/observed-site.js';
import { made } from './azure-in-words.js';

/** A setup that has ended: well without a reason. */
export function saidBySetup(intent: SetupIntent, reason: SetupFailure | undefined, now: Date): ObservedSetup {
  const setup = made({ verb: 'put', intent, subject: '', reason: 'setup-failed', sentence: '' });
  if (setup.kind !== 'setup') throw new Error('A setup leaves a setup.');
  const isUp = reason === undefined;
  return {
    ...setup,
    execution: isUp ? 'succeeded' : 'failed',
    endedAt: now.toISOString(),
    result: {
      ok: isUp,
      config: intent.config,
      changed: ['tunnelkeeper.secrets'],
      tunnels: { primary: { state: isUp ? 'up' : 'down', seconds: 3, isNew: isUp } },
      probe: isUp ? 200 : 503,
      ...(isUp ? {} : { reason }),
    },
  };
}

/** A short script that has ended: what is down was refused. */
export function saidByRun(intent: RunIntent, isUp: boolean, now: Date): ObservedRun {
  const run = made({ verb: 'put', intent, subject: '', reason: 'asks-machine', sentence: '' });
  if (run.kind !== 'run') throw new Error('A run leaves a run.');
  const endedAt = new Date(now.getTime() + 1).toISOString();
  const state = isUp ? ('up' as const) : ('down' as const);
  const probe = isUp ? 200 : 503;
  if (intent.script !== 'diagnose') {
    const tunnels = { primary: { state, seconds: 1 } };
    const reason = isUp ? {} : { reason: 'credential-refused' as const };
    return {
      ...run,
      endedAt,
      result: { ok: isUp, config: intent.config, changed: [], tunnels, probe, ...reason },
    };
  }
  const because = isUp ? {} : { because: 'credential-refused' as const };
  return {
    ...run,
    endedAt,
    diagnosis: {
      changedFiles: [],
      services: { ipsec: true, forwarding: true, agent: true },
      tunnels: { primary: { state, request: isUp, ...because } },
      probe,
      connections: 0,
    },
  };
}

/** What do we do at ZIA? Find a VPN credential, change its PSK, activate. */
import { z } from 'zod';
import { makeAskZia, type AskZia } from './ask-zia.js';
import { findCredential } from './find-credential.js';
import { legacySignIn } from './legacy-sign-in.js';
import { oneApiSignIn } from './one-api-sign-in.js';
import { paceOf } from './pace.js';
import { makeSend, type Send } from './send.js';
import type { ReadSecret, SignIn } from './sign-in.js';
import { isSameIdentity, nameOf, readCredential, withPsk } from './vpn-credential.js';
import type { VpnCredential, VpnIdentity } from './vpn-credential.js';
import { waitMs } from './wait.js';
import { activationLooks } from './zia-limits.js';
import { failed, succeeded, type ZiaOutcome } from './zia-outcome.js';
import type { ZiaSettings } from './zia-settings.js';

/** Where the tenant's configuration stands (vendor's SDK; `ACTIVE` alone is recorded). */
export type ActivationStatus = 'ACTIVE' | 'PENDING' | 'INPROGRESS';

/** One tenant of ZIA's. Every function resolves always; all are safe to call twice. */
export interface Zia {
  /** The credential with this identity; `credential-missing` when the tenant has none. */
  findCredential(identity: VpnIdentity, signal?: AbortSignal): Promise<ZiaOutcome<VpnCredential>>;
  /** Gives a credential another PSK, and changes nothing else of it. It counts when it is activated. */
  changePsk(
    credential: Pick<VpnCredential, 'id' | 'identity'>,
    psk: string,
    signal?: AbortSignal,
  ): Promise<ZiaOutcome<VpnCredential>>;
  /**
   * Activates all pending changes of the tenant, those of other administrators too. Calls that come while
   * one still waits for its turn share it. `pending`: switched off by the settings, or not yet through.
   */
  activate(signal?: AbortSignal): Promise<ZiaOutcome<'active' | 'pending'>>;
  status(signal?: AbortSignal): Promise<ZiaOutcome<ActivationStatus>>;
  /** Ends the session; the next call makes another. */
  signOut(): Promise<void>;
}

/**
 * Makes the client of a tenant. It signs in at its first call; keep it, or each one signs in anew.
 *
 * @param readSecret gives the newest version of a secret by its name; asked at each sign-in
 */
export function createZia(
  settings: ZiaSettings,
  readSecret: ReadSecret,
  send: Send = makeSend(settings.localZia),
): Zia {
  const signIn = signInOf(settings, readSecret, send);
  const ask = makeAskZia(signIn, paceOf(`${settings.localZia ?? ''} ${tenantOf(settings)}`), send);
  let waiting: Promise<ZiaOutcome<'active' | 'pending'>> | undefined;
  return {
    findCredential: (identity, signal) => findCredential(ask, identity, signal),
    changePsk: (credential, psk, signal) => changePsk(ask, credential, psk, signal),
    activate(signal) {
      if (!settings.activates) return Promise.resolve(succeeded('pending'));
      // What was written before this call is published by an activation that isn't sent yet.
      if (waiting !== undefined) return waiting;
      const mine = activate(ask, signal, () => leave());
      const leave = () => {
        if (waiting === mine) waiting = undefined;
      };
      waiting = mine;
      return mine.finally(leave);
    },
    status: (signal) => askStatus(ask, signal),
    signOut: () => signIn.end(),
  };
}

/** The sign-in that the settings want. */
export function signInOf({ account }: ZiaSettings, readSecret: ReadSecret, send: Send): SignIn {
  switch (account.kind) {
    case 'one-api':
      return oneApiSignIn(account, readSecret, send);
    case 'legacy':
      return legacySignIn(account, readSecret, send);
  }
}

function tenantOf({ account }: ZiaSettings): string {
  return account.kind === 'one-api' ? account.vanity : `${account.cloud}/${account.userName}`;
}

/** Read, merge, write, since a write replaces. The PSK is in the request alone. */
async function changePsk(
  ask: AskZia,
  { id, identity }: Pick<VpnCredential, 'id' | 'identity'>,
  psk: string,
  signal: AbortSignal | undefined,
): Promise<ZiaOutcome<VpnCredential>> {
  const path = `/vpnCredentials/${id}`;
  const got = orGone(id, await ask({ method: 'GET', path, signal }));
  if (!got.ok) return got;
  const current = readCredential(got.value);
  if (current === undefined || !isSameIdentity(current.identity, identity)) {
    const detail = `Credential ${id} isn't that of ${nameOf(identity)} any more; its PSK was left alone.`;
    return failed({ kind: 'credential-missing', detail, isRetryable: false });
  }
  const body = withPsk(current, psk);
  const put = orGone(id, await ask({ method: 'PUT', path, body, isSecret: true, signal }));
  return put.ok ? succeeded(current) : put;
}

function orGone(id: number, outcome: ZiaOutcome<unknown>): ZiaOutcome<unknown> {
  if (outcome.ok || outcome.failure.status !== 404) return outcome;
  const detail = `There is no VPN credential ${id} any more.`;
  return failed({ ...outcome.failure, kind: 'credential-missing', detail });
}

const statusAnswer = z.object({ status: z.enum(['ACTIVE', 'PENDING', 'INPROGRESS']) });

function readStatus(outcome: ZiaOutcome<unknown>): ZiaOutcome<ActivationStatus> {
  if (!outcome.ok) return outcome;
  const { success, data } = statusAnswer.safeParse(outcome.value);
  if (success) return succeeded(data.status);
  return failed({
    kind: 'refused',
    detail: 'ZIA answered with an activation status that is unknown here.',
    isRetryable: true,
  });
}

async function askStatus(ask: AskZia, signal?: AbortSignal): Promise<ZiaOutcome<ActivationStatus>> {
  return readStatus(await ask({ method: 'GET', path: '/status', signal }));
}

async function activate(
  ask: AskZia,
  signal: AbortSignal | undefined,
  onSend: () => void,
): Promise<ZiaOutcome<'active' | 'pending'>> {
  const call = {
    method: 'POST',
    path: '/status/activate',
    body: { status: 'ACTIVE' },
    signal,
    onSend,
  } as const;
  let outcome = readStatus(await ask(call));
  for (let looks = 0; looks < activationLooks.count; looks++) {
    if (!outcome.ok || outcome.value !== 'INPROGRESS' || signal?.aborted === true) break;
    await waitMs(activationLooks.pauseMs, signal);
    outcome = await askStatus(ask, signal);
  }
  return outcome.ok ? succeeded(outcome.value === 'ACTIVE' ? 'active' : 'pending') : outcome;
}

/** How do we sign in to the older API? With an obfuscated key, for a cookie that lives while it is used. */
import { obfuscateApiKey } from './obfuscate-api-key.js';
import type { Send } from './send.js';
import { KeptSession, readSecrets, readSignIn, type ReadSecret, type SignIn } from './sign-in.js';
import { sessionIdleMs } from './zia-limits.js';
import { failed, succeeded, type ZiaOutcome } from './zia-outcome.js';
import type { LegacyAccount } from './zia-settings.js';

interface Session {
  readonly headers: { readonly cookie: string };
  readonly usedAt: number;
}

/** The sign-in of an account. */
export function legacySignIn(account: LegacyAccount, readSecret: ReadSecret, send: Send): SignIn {
  const base = `https://zsapi.${account.cloud}.net/api/v1`;
  const url = `${base}/authenticatedSession`;
  const session = new KeptSession<Session>(
    ({ usedAt }) => Date.now() - usedAt < sessionIdleMs,
    (signal) => begin(url, account, readSecret, send, signal),
  );
  return {
    base,
    async headers(signal) {
      const outcome = await session.get(signal);
      return outcome.ok ? succeeded(outcome.value.headers) : outcome;
    },
    used() {
      if (session.kept !== undefined) session.keep({ ...session.kept, usedAt: Date.now() });
    },
    forget(headers) {
      if (session.kept?.headers === headers) session.keep(undefined);
    },
    async end() {
      const { kept } = session;
      if (kept === undefined) return;
      session.keep(undefined);
      await send({ method: 'DELETE', url, headers: kept.headers }); // if it fails, the session ends idle
    },
  };
}

async function begin(
  url: string,
  { userName, apiKeyName, passwordName }: LegacyAccount,
  readSecret: ReadSecret,
  send: Send,
  signal?: AbortSignal,
): Promise<ZiaOutcome<Session>> {
  const secrets = await readSecrets(readSecret, [apiKeyName, passwordName]);
  if (!secrets.ok) return secrets;
  const [key = '', password = ''] = secrets.value;
  const timestamp = Date.now();
  const apiKey = obfuscateApiKey(key, timestamp);
  if (apiKey === undefined) {
    const detail = `The secret ${apiKeyName} is too short for an API key of ZIA's.`;
    return failed({ kind: 'sign-in-refused', detail, isRetryable: false });
  }
  const body = JSON.stringify({ apiKey, username: userName, password, timestamp: String(timestamp) });
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const sent = await send({ method: 'POST', url, headers, body }, signal);
  if (!sent.ok) return sent;
  const about = `The sign-in at ${new URL(url).host}`;
  const outcome = readSignIn(sent.value, about);
  if (!outcome.ok) return outcome;
  const cookie = /(?:^|[\s,;])(JSESSIONID=[^;,\s]+)/.exec(sent.value.headers['set-cookie'] ?? '')?.[1];
  if (cookie === undefined) {
    return failed({ kind: 'refused', detail: `${about} was answered without a session.`, isRetryable: true });
  }
  return succeeded({ headers: { cookie }, usedAt: timestamp });
}

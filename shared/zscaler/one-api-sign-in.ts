/** How do we sign in to OneAPI? With client credentials, for a token that is kept until a minute before its end. */
import { z } from 'zod';
import type { Send } from './send.js';
import { KeptSession, readSecrets, readSignIn, type ReadSecret, type SignIn } from './sign-in.js';
import { tokenMarginMs } from './zia-limits.js';
import { failed, succeeded, type ZiaOutcome } from './zia-outcome.js';
import type { OneApiAccount } from './zia-settings.js';

interface Token {
  readonly headers: { readonly authorization: string };
  readonly renewAt: number;
}

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });

/** The sign-in of an account. */
export function oneApiSignIn(account: OneApiAccount, readSecret: ReadSecret, send: Send): SignIn {
  const session = new KeptSession<Token>(
    ({ renewAt }) => Date.now() < renewAt,
    (signal) => askToken(account, readSecret, send, signal),
  );
  return {
    base: 'https://api.zsapi.net/zia/api/v1',
    async headers(signal) {
      const outcome = await session.get(signal);
      return outcome.ok ? succeeded(outcome.value.headers) : outcome;
    },
    used: () => undefined,
    forget(headers) {
      if (session.kept?.headers === headers) session.keep(undefined);
    },
    end() {
      session.keep(undefined); // a token can't be given back; it ends by itself
      return Promise.resolve();
    },
  };
}

async function askToken(
  { vanity, clientId, clientSecretName }: OneApiAccount,
  readSecret: ReadSecret,
  send: Send,
  signal?: AbortSignal,
): Promise<ZiaOutcome<Token>> {
  const secrets = await readSecrets(readSecret, [clientSecretName]);
  if (!secrets.ok) return secrets;
  const [clientSecret = ''] = secrets.value;
  const askedAt = Date.now();
  const sent = await send(
    {
      method: 'POST',
      url: `https://${vanity}.zslogin.net/oauth2/v1/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
        audience: 'https://api.zscaler.com',
      }).toString(),
    },
    signal,
  );
  if (!sent.ok) return sent;
  const about = `The sign-in at ${vanity}.zslogin.net`;
  const outcome = readSignIn(sent.value, about);
  if (!outcome.ok) return outcome;
  const { success, data } = tokenAnswer.safeParse(outcome.value);
  if (!success) {
    return failed({ kind: 'refused', detail: `${about} was answered without a token.`, isRetryable: true });
  }
  const renewAt = askedAt + Math.max(0, data.expires_in * 1000 - tokenMarginMs);
  return succeeded({ headers: { authorization: `Bearer ${data.access_token}` }, renewAt });
}

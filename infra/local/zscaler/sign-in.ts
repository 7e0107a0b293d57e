/** Who is calling? Tokens of OneAPI, and sessions of the older API. */
import { hexadecimal, type Random } from './random.js';
import { bodyOf, Refusal, refusal, textOf, type WireAnswer, type WireRequest } from './wire.js';

/** Who may sign in. */
export interface ZiaAccounts {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly userName: string;
  readonly password: string;
  readonly apiKey: string;
}

/** How long a token holds, in seconds (recorded). */
const tokenSeconds = 83_999;
/** How long an unused session lives, in milliseconds (Zscaler, 'Getting Started'). */
const idleMs = 5 * 60_000;

/** All tokens and sessions. */
export class SignIns {
  /** End of each token. */
  readonly #tokens = new Map<string, number>();
  /** Last use of each session. */
  readonly #sessions = new Map<string, number>();

  constructor(
    private readonly accounts: ZiaAccounts,
    private readonly random: Random,
  ) {}

  /** Answers `POST /oauth2/v1/token`. */
  token({ text }: WireRequest, isRefused: boolean): WireAnswer {
    const form = new URLSearchParams(text);
    const { clientId, clientSecret } = this.accounts;
    const isRight =
      form.get('grant_type') === 'client_credentials' &&
      form.get('client_id') === clientId &&
      form.get('client_secret') === clientSecret &&
      form.get('audience') === 'https://api.zscaler.com';
    if (!isRight || isRefused) {
      // RFC 6749, 5.2; ZIA's own words are not recorded (inferred).
      throw new Refusal({
        status: 401,
        body: { error: 'invalid_client', error_description: 'Client authentication failed' },
      });
    }
    const token = hexadecimal(this.random, 64);
    this.#tokens.set(token, Date.now() + tokenSeconds * 1000);
    return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: tokenSeconds } };
  }

  /** Answers `/authenticatedSession`. */
  session(request: WireRequest, isRefused: boolean): WireAnswer {
    if (request.method === 'DELETE') {
      this.#sessions.delete(cookieOf(request));
      return { status: 200, body: {} }; // inferred
    }
    const body = bodyOf(request);
    const { userName, password, apiKey } = this.accounts;
    const timestamp = String(body['timestamp']);
    const isRight =
      /^\d{13}$/.test(timestamp) &&
      textOf(body, 'username') === userName &&
      textOf(body, 'password') === password &&
      textOf(body, 'apiKey') === expectedKey(apiKey, timestamp);
    // Body and status as users' logs show them.
    if (!isRight || isRefused) throw refusal(400, 'AUTHENTICATION_FAILED', 'AUTHENTICATION_FAILED');
    const id = hexadecimal(this.random, 32).toUpperCase();
    this.#sessions.set(id, Date.now());
    return {
      status: 200,
      headers: { 'set-cookie': `JSESSIONID=${id}; Path=/; Secure; HttpOnly` },
      body: { authType: 'ADMIN_LOGIN', obfuscateApiKey: true, passwordExpiryTime: 0, passwordExpiryDays: 0 },
    };
  }

  /** Throws a refusal for a call of OneAPI without a token that holds (inferred; 401 is the vendor's SDK's). */
  checkToken({ headers }: WireRequest): void {
    const token = /^Bearer (\S+)$/.exec(headers['authorization'] ?? '')?.[1] ?? '';
    if ((this.#tokens.get(token) ?? 0) > Date.now()) return;
    throw new Refusal({ status: 401, body: { message: 'Unauthorized' } });
  }

  /** Throws a refusal for a call of the older API without a session that lives; a use prolongs it. */
  checkSession(request: WireRequest): void {
    const id = cookieOf(request);
    const usedAt = this.#sessions.get(id) ?? -Infinity;
    if (Date.now() - usedAt > idleMs) throw refusal(401, 'SESSION_NOT_VALID', 'Session is not valid'); // code as users report
    this.#sessions.set(id, Date.now());
  }

  /** Ends all tokens and sessions. */
  expire(): void {
    this.#tokens.clear();
    this.#sessions.clear();
  }
}

function cookieOf({ headers }: WireRequest): string {
  return /(?:^|;\s*)JSESSIONID=([^;]+)/.exec(headers['cookie'] ?? '')?.[1] ?? '';
}

/** The key as it has to be at that time: six characters by the time's last digits, six by half of them, two further. */
function expectedKey(apiKey: string, timestamp: string): string {
  const last = timestamp.slice(-6);
  const half = String(Math.floor(Number(last) / 2)).padStart(6, '0');
  let key = '';
  for (const digit of last) key += apiKey[Number(digit)] ?? '';
  for (const digit of half) key += apiKey[Number(digit) + 2] ?? '';
  return key;
}

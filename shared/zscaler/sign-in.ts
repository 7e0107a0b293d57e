/** What does every way to sign in offer? And what does a refusal of ZIA's mean there? */
import { readAnswer, type Answer } from './read-answer.js';
import { refusedSignInMs } from './zia-limits.js';
import { failed, succeeded, type ZiaFailure, type ZiaOutcome } from './zia-outcome.js';

/** Reads a secret's newest version from the vault. */
export type ReadSecret = (name: string) => Promise<string>;

/** What a signed-in request carries; a secret. */
export type SessionHeaders = Readonly<Record<string, string>>;

/** A sign-in that is made when it is first needed, and kept. */
export interface SignIn {
  /** Where calls go, without a slash at the end. */
  readonly base: string;
  /** Headers of the session, which is made if there is none. */
  headers(signal?: AbortSignal): Promise<ZiaOutcome<SessionHeaders>>;
  /** Takes note that the session has just been used. */
  used(): void;
  /** Forgets these headers, if they are still the session's: another caller may have signed in anew. */
  forget(headers: SessionHeaders): void;
  /** Ends the session at ZIA where there is such a thing. */
  end(): Promise<void>;
}

/** Reads several secrets; what the vault says to a failure isn't repeated. */
export async function readSecrets(
  readSecret: ReadSecret,
  names: readonly string[],
): Promise<ZiaOutcome<readonly string[]>> {
  const values: string[] = [];
  for (const name of names) {
    try {
      values.push((await readSecret(name)).trim());
    } catch {
      const detail = `The secret ${name}, which signs in to ZIA, can't be read.`;
      return failed({ kind: 'sign-in-refused', detail, isRetryable: true });
    }
  }
  return succeeded(values);
}

/** Reads the answer to a sign-in: 400, 401 and 403 mean that we are not believed. */
export function readSignIn(answer: Answer, about: string): ZiaOutcome<unknown> {
  const outcome = readAnswer(answer, about, true);
  if (outcome.ok || outcome.failure.kind === 'not-json' || ![400, 401, 403].includes(answer.status)) {
    return outcome;
  }
  const { code } = outcome.failure;
  return failed({
    kind: 'sign-in-refused',
    detail: `${about} was refused with ${answer.status}${code === undefined ? '' : ` ${code}`}: account or secret isn't accepted.`,
    status: answer.status,
    ...(code === undefined ? {} : { code }),
    isRetryable: false,
  });
}

/** Keeps one session and one attempt at a time for all callers, and remembers a refusal for a while. */
export class KeptSession<Session> {
  #kept: Session | undefined;
  #attempt: Promise<ZiaOutcome<Session>> | undefined;
  #refusal: { readonly failure: ZiaFailure; readonly until: number } | undefined;

  constructor(
    private readonly isUsable: (session: Session) => boolean,
    private readonly begin: (signal?: AbortSignal) => Promise<ZiaOutcome<Session>>,
  ) {}

  get kept(): Session | undefined {
    return this.#kept;
  }

  keep(session: Session | undefined): void {
    this.#kept = session;
  }

  async get(signal?: AbortSignal): Promise<ZiaOutcome<Session>> {
    if (this.#kept !== undefined && this.isUsable(this.#kept)) return succeeded(this.#kept);
    if (this.#refusal !== undefined && Date.now() < this.#refusal.until) return failed(this.#refusal.failure);
    this.#attempt ??= this.begin(signal).finally(() => (this.#attempt = undefined));
    const outcome = await this.#attempt;
    if (outcome.ok) this.#kept = outcome.value;
    else if (!outcome.failure.isRetryable) {
      this.#refusal = { failure: outcome.failure, until: Date.now() + refusedSignInMs };
    }
    return outcome;
  }
}

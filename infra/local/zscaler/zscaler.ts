/** What stands in for ZIA on one machine? One tenant behind one address, and what its owner may do to it. */
import { answer } from './api.js';
import { EditLock } from './edit-lock.js';
import type { Random } from './random.js';
import { RateLimits } from './rate-limits.js';
import { close, listen } from './server.js';
import { SignIns, type ZiaAccounts } from './sign-in.js';
import { Tenant, type ActiveCredential } from './tenant.js';
import { noTroubles, type ZiaTroubles } from './troubles.js';
import { Refusal, type WireAnswer, type WireRequest } from './wire.js';

/** What the tenant is made of. */
export interface ZscalerSpec {
  readonly accounts: ZiaAccounts;
  readonly random: Random;
  /** How many writes, 0 to 1, leave the edit lock behind for some seconds. */
  readonly editLockShare: number;
  /** Told all credentials whenever an activation takes effect. */
  readonly onActivated: (credentials: readonly ActiveCredential[]) => void;
  readonly port?: number;
}

/** What another administrator saves, without activating it. */
export type AdminEdit =
  | { readonly kind: 'psk'; readonly identity: string; readonly psk: string }
  | { readonly kind: 'remove'; readonly identity: string }
  | { readonly kind: 'comments'; readonly identity: string; readonly comments: string };

/** A call, as far as it may be told: no header and no body. */
export interface ZiaExchange {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A running ZIA. */
export interface LocalZscaler {
  readonly url: string;
  /** Enters a credential by hand and activates, whatever else is pending too; gives its id. */
  addCredential(credential: ActiveCredential, comments?: string): number;
  /** Makes a change of another administrator's, which stays pending until somebody activates. */
  adminEdits(edit: AdminEdit): void;
  /** Another administrator activates. */
  adminActivates(): void;
  /** What the tunnels see. */
  active(): readonly ActiveCredential[];
  /** What is saved; its PSK is the tunnels' only when active. */
  saved(identity: string): ActiveCredential | undefined;
  status(): 'ACTIVE' | 'PENDING' | 'INPROGRESS';
  /** Switches troubles on or off; the others stay. */
  trouble(troubles: Partial<ZiaTroubles>): void;
  /** Somebody edits, for so many seconds from now. */
  lockEdits(seconds: number): void;
  /** Ends all sessions and tokens; new ones hold. */
  expireSessions(): void;
  exchanges(): readonly ZiaExchange[];
  /** The tenant itself, for tests that need what is there from the start. */
  readonly tenant: Tenant;
  close(): Promise<void>;
}

/** Starts a tenant on the loopback. */
export async function startZscaler(spec: ZscalerSpec): Promise<LocalZscaler> {
  const { random } = spec;
  const tenant = new Tenant(spec.onActivated);
  const editLock = new EditLock(random, spec.editLockShare);
  const signIns = new SignIns(spec.accounts, random);
  const limits = new RateLimits();
  const exchanges: ZiaExchange[] = [];
  let on = noTroubles;
  const parts = { tenant, signIns, limits, editLock, troubles: () => on };
  const answerAndNote = (request: WireRequest) => {
    const answered = orRefusal(() => answer(parts, request));
    const { method, path } = request;
    exchanges.push({ method, path, status: answered?.status ?? 0, at: Date.now() });
    return answered;
  };
  const { server, url } = await listen(answerAndNote, spec.port ?? 0);
  return {
    url,
    tenant,
    addCredential(credential, comments) {
      const id = tenant.addCredential(credential, comments);
      tenant.activate();
      return id;
    },
    adminEdits: (edit) => adminEdits(tenant, edit),
    adminActivates: () => tenant.activate(),
    active: () => tenant.active(),
    saved: (identity) => tenant.credentialOf(identity),
    status: () => tenant.status(),
    trouble: (troubles) => (on = { ...on, ...troubles }),
    lockEdits: (seconds) => editLock.hold(seconds),
    expireSessions: () => signIns.expire(),
    exchanges: () => exchanges,
    async close() {
      tenant.close();
      await close(server);
    },
  };
}

function orRefusal(answering: () => WireAnswer | undefined): WireAnswer | undefined {
  try {
    return answering();
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

function adminEdits(tenant: Tenant, edit: AdminEdit): void {
  const credential = tenant.credentialOf(edit.identity);
  if (credential === undefined) throw new Error(`There is no credential ${edit.identity}.`);
  switch (edit.kind) {
    case 'psk':
      tenant.credentials.set(credential.id, { ...credential, psk: edit.psk });
      break;
    case 'comments':
      tenant.credentials.set(credential.id, { ...credential, comments: edit.comments });
      break;
    case 'remove':
      tenant.credentials.delete(credential.id);
  }
  tenant.edited('another-administrator');
}

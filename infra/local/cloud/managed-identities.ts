/** Who is a machine to Azure? Managed identities, and the tokens that they were given. */
import { idKey } from './arm-id.js';
import { guid, seededRandom } from './random.js';

/** An identity of its own, or a machine's. */
export interface ManagedIdentity {
  /** ARM id of the identity, or of the machine for one that its system assigned. */
  readonly id: string;
  readonly clientId: string;
  readonly principalId: string;
}

/** A token for one service. */
export interface IdentityToken {
  /** Secret. */
  readonly accessToken: string;
  readonly identity: ManagedIdentity;
  /** The service that it is for, as it was asked for: `https://vault.azure.net`. */
  readonly resource: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Tokens of managed identities live for a day, and are kept for whoever asks again until an hour before (estimate). */
const lifeMs = 24 * 3600_000;
const renewalMs = 3600_000;

/** All identities of the tenant. Ids come from the name, so that it doesn't matter who asks first. */
export class ManagedIdentities {
  readonly #issued = new Map<string, IdentityToken>();
  readonly #byToken = new Map<string, IdentityToken>();

  constructor(
    private readonly seed: number,
    readonly tenantId: string,
  ) {}

  /** The identity of an ARM id. */
  of(id: string): ManagedIdentity {
    const random = seededRandom(this.#hash(idKey(id)));
    return { id, clientId: guid(random), principalId: guid(random) };
  }

  /** A token for a service; the same again for as long as it is good. */
  token(identity: ManagedIdentity, resource: string): IdentityToken {
    const key = `${idKey(identity.id)} ${resource}`;
    const known = this.#issued.get(key);
    if (known !== undefined && known.expiresAt - Date.now() > renewalMs) return known;
    const issuedAt = Math.floor(Date.now() / 1000) * 1000;
    const expiresAt = issuedAt + lifeMs;
    const accessToken = this.#sign(identity, resource, issuedAt, expiresAt);
    const made = { accessToken, identity, resource, issuedAt, expiresAt };
    this.#issued.set(key, made);
    this.#byToken.set(accessToken, made);
    return made;
  }

  /** The token behind an authorization header; `undefined` for what no identity was given. */
  tokenOf(authorization: string | undefined): IdentityToken | undefined {
    return this.#byToken.get((authorization ?? '').replace(/^Bearer /i, ''));
  }

  /** In the form of a JSON web token; nobody here can verify the signature, which is a number out of the seed. */
  #sign(identity: ManagedIdentity, resource: string, issuedAt: number, expiresAt: number): string {
    const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const claims = {
      aud: resource,
      iss: `https://sts.windows.net/${this.tenantId}/`,
      nbf: issuedAt / 1000,
      exp: expiresAt / 1000,
      appid: identity.clientId,
      oid: identity.principalId,
      tid: this.tenantId,
      xms_mirid: identity.id,
    };
    const random = seededRandom(this.#hash(JSON.stringify(claims)));
    const signature = Array.from({ length: 8 }, () => guid(random)).join('');
    return [
      encoded({ typ: 'JWT', alg: 'RS256' }),
      encoded(claims),
      Buffer.from(signature).toString('base64url'),
    ].join('.');
  }

  #hash(text: string): number {
    let value = (0x811c9dc5 ^ this.seed) >>> 0;
    for (const letter of text) value = Math.imul(value ^ letter.charCodeAt(0), 0x01000193) >>> 0;
    return value;
  }
}

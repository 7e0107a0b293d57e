/** How does Key Vault answer for secrets? */
import type { Random } from './random.js';
import { SecretStore, type NewVersion, type Secret, type SecretVersion } from './secret-store.js';
import {
  badParameter,
  deletedBundle,
  secretBundle,
  inOlderWords,
  secretItem,
  secretNotFound,
  sentAbout,
  sentValue,
} from './secret-wire.js';
import { VaultThrottling } from './vault-throttling.js';
import { methodNotAllowed, refusal, Refusal, type WireAnswer, type WireRequest } from './wire.js';

/** Versions on a page, at most and unless told (documented). */
const pageSize = 25;

/** A version, without its value. */
export interface ListedVersion {
  readonly version: string;
  readonly enabled: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** One vault's secrets. */
export class KeyVault {
  readonly #store: SecretStore;

  constructor(
    /** Host name, such as `kv-tunnelkeeper.vault.azure.net`. */
    readonly host: string,
    private readonly tenantId: string,
    random: Random,
    private readonly throttling = new VaultThrottling(),
  ) {
    this.#store = new SecretStore(random);
  }

  /** Stores a new version, and gives its id. Nobody can while the secret is deleted. */
  set(name: string, value: string): string {
    if (this.#store.deleted(name) !== undefined)
      throw new Error(`The secret ${name} is deleted, and can only be recovered or purged.`);
    return this.#store.add(name, value).version;
  }

  /** Enables or disables the newest version. */
  enable(name: string, enabled: boolean): void {
    const newest = this.#store.get(name)?.versions.at(-1);
    if (newest === undefined) throw new Error(`There is no secret ${name}.`);
    newest.enabled = enabled;
  }

  /** Deletes for good, as by a purge. */
  delete(name: string): void {
    this.#store.purge(name);
  }

  /** Deletes so that it can be recovered; until then its name can't be used again. */
  softDelete(name: string): void {
    const secret = this.#store.get(name);
    if (secret === undefined) throw new Error(`There is no secret ${name}.`);
    secret.deletedAt = Date.now();
  }

  /** Takes back a deletion. */
  recover(name: string): void {
    const secret = this.#store.deleted(name);
    if (secret === undefined) throw new Error(`There is no deleted secret ${name}.`);
    delete secret.deletedAt;
  }

  /** The newest value, for whoever plays the operator. */
  value(name: string): string | undefined {
    return this.#store.get(name)?.versions.at(-1)?.value;
  }

  /** The value of a version, for whoever plays the operator; also of one that is disabled. */
  valueOf(name: string, version: string): string | undefined {
    return this.#store.get(name)?.versions.find((one) => one.version === version)?.value;
  }

  /** A secret's versions from oldest to newest; none when there is no such secret. */
  versions(name: string): readonly ListedVersion[] {
    return (this.#store.get(name)?.versions ?? []).map(({ version, enabled, createdAt, about }) => ({
      version,
      enabled,
      createdAt,
      tags: about.tags ?? {},
    }));
  }

  /** Calls whenever a version has been made, by a client or by whoever plays the operator. */
  onNewVersion(listener: (made: NewVersion) => void): void {
    this.#store.onNewVersion(listener);
  }

  /** Answers a request; one without a token gets the challenge that the SDK waits for. Throws a refusal. */
  answer(request: WireRequest): WireAnswer {
    if (request.headers['authorization'] === undefined) throw this.#challenge();
    this.throttling.take(request.method);
    try {
      return this.#route(request);
    } catch (error) {
      throw error instanceof Refusal ? inOlderWords(error, request) : error;
    }
  }

  #route(request: WireRequest): WireAnswer {
    const [, root, name, more, ...rest] = request.path.split('/');
    if (name === undefined || rest.length > 0) throw methodNotAllowed(request);
    if (root === 'secrets') return this.#answerSecret(name, more, request);
    if (root === 'deletedsecrets') return this.#answerDeleted(name, more, request);
    throw methodNotAllowed(request);
  }

  #answerSecret(name: string, more: string | undefined, request: WireRequest): WireAnswer {
    const { method, body } = request;
    if (more === 'versions') {
      if (method !== 'GET') throw methodNotAllowed(request);
      return this.#list(name, request.query);
    }
    switch (`${method} ${more === undefined ? 'secret' : 'version'}`) {
      case 'GET secret':
      case 'GET version':
        return this.#read(name, more);
      case 'PUT secret':
        return this.#write(name, body);
      case 'DELETE secret':
        return this.#remove(name);
      case 'PATCH version': {
        const [secret, version] = this.#find(name, more);
        this.#store.describe(version, sentAbout(body));
        return shown(secretItem(this.host, secret, version));
      }
      default:
        throw methodNotAllowed(request);
    }
  }

  #read(name: string, wanted: string | undefined): WireAnswer {
    const [secret, version] = this.#find(name, wanted);
    if (!version.enabled) {
      throw refusal(403, 'Forbidden', 'Operation get is not allowed on a disabled secret.', {
        innererror: { code: 'SecretDisabled' },
      });
    }
    return shown(secretBundle(this.host, secret, version));
  }

  #write(name: string, body: WireRequest['body']): WireAnswer {
    if (!/^[0-9a-z-]{1,127}$/i.test(name)) throw badParameter(`The name ${name} of the secret is invalid.`);
    const value = sentValue(body);
    if (this.#store.deleted(name) !== undefined) {
      throw refusal(
        409,
        'Conflict',
        `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.`,
        { innererror: { code: 'ObjectIsDeletedButRecoverable' } },
      );
    }
    const version = this.#store.add(name, value, sentAbout(body));
    const [secret] = this.#find(name, version.version);
    return shown(secretBundle(this.host, secret, version));
  }

  /** In the order of their ids, which is none that says which is newer (inferred: the order isn't documented). */
  #list(name: string, query: URLSearchParams): WireAnswer {
    const [secret] = this.#find(name, undefined);
    const wanted = Number(query.get('maxresults') ?? pageSize);
    if (!Number.isInteger(wanted) || wanted < 1 || wanted > pageSize) {
      throw badParameter(`maxresults must be from 1 to ${pageSize}.`);
    }
    const after = query.get('$skiptoken') ?? '';
    const left = secret.versions
      .filter(({ version }) => version > after)
      .sort((one, other) => (one.version < other.version ? -1 : 1));
    const page = left.slice(0, wanted);
    const next = new URLSearchParams({
      'api-version': query.get('api-version') ?? '',
      $skiptoken: page.at(-1)?.version ?? '',
      maxresults: String(wanted),
    });
    return shown({
      value: page.map((version) => secretItem(this.host, secret, version)),
      ...(left.length > wanted
        ? { nextLink: `https://${this.host}/secrets/${secret.name}/versions?${next.toString()}` }
        : {}),
    });
  }

  #remove(name: string): WireAnswer {
    const [secret] = this.#find(name, undefined);
    secret.deletedAt = Date.now();
    return shown(deletedBundle(this.host, secret));
  }

  #answerDeleted(name: string, more: string | undefined, request: WireRequest): WireAnswer {
    const secret = this.#store.deleted(name);
    if (secret === undefined) throw secretNotFound(name);
    switch (`${request.method} ${more ?? ''}`) {
      case 'GET ':
        return shown(deletedBundle(this.host, secret));
      case 'DELETE ':
        this.#store.purge(name);
        return { status: 204 };
      case 'POST recover': {
        delete secret.deletedAt;
        const [, newest] = this.#find(name, undefined);
        return shown(secretItem(this.host, secret, newest));
      }
      default:
        throw methodNotAllowed(request);
    }
  }

  /** A version of a secret, the newest unless told. */
  #find(name: string, wanted: string | undefined): readonly [Secret, SecretVersion] {
    const secret = this.#store.get(name);
    const versions = secret?.versions;
    const found =
      wanted === undefined ? versions?.at(-1) : versions?.find(({ version }) => version === wanted);
    if (secret === undefined || found === undefined) throw secretNotFound(name);
    return [secret, found];
  }

  #challenge(): Refusal {
    return new Refusal({
      status: 401,
      headers: {
        'www-authenticate': `Bearer authorization="https://login.windows.net/${this.tenantId}", resource="https://vault.azure.net"`,
      },
      body: { error: { code: 'Unauthorized', message: 'Request is missing a Bearer or PoP token.' } },
    });
  }
}

function shown(body: unknown): WireAnswer {
  return { status: 200, body };
}

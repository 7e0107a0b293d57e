/** How does Key Vault answer for secrets? */
import { guid, type Random } from './random.js';
import { methodNotAllowed, refusal, Refusal, type WireAnswer, type WireRequest } from './wire.js';

interface Version {
  readonly version: string;
  readonly value: string;
  readonly createdAt: number;
  enabled: boolean;
}

/** One vault's secrets. */
export class KeyVault {
  /** By name in lower case: Key Vault doesn't tell names apart by case (documentation). */
  readonly #secrets = new Map<string, Version[]>();

  constructor(
    /** Host name, such as `kv-tunnelkeeper.vault.azure.net`. */
    readonly host: string,
    private readonly tenantId: string,
    private readonly random: Random,
  ) {}

  /** Stores a new version, and gives its id. */
  set(name: string, value: string): string {
    const version = guid(this.random).replaceAll('-', '');
    const versions = this.#secrets.get(name.toLowerCase()) ?? [];
    versions.push({ version, value, createdAt: Date.now(), enabled: true });
    this.#secrets.set(name.toLowerCase(), versions);
    return version;
  }

  /** Enables or disables the newest version. */
  enable(name: string, enabled: boolean): void {
    const newest = this.#secrets.get(name.toLowerCase())?.at(-1);
    if (newest === undefined) throw new Error(`There is no secret ${name}.`);
    newest.enabled = enabled;
  }

  delete(name: string): void {
    this.#secrets.delete(name.toLowerCase());
  }

  /** The newest value, for whoever plays the operator. */
  value(name: string): string | undefined {
    return this.#secrets.get(name.toLowerCase())?.at(-1)?.value;
  }

  /** Answers `GET /secrets/{name}[/{version}]`; without a token, the challenge that the SDK waits for. */
  answer(request: WireRequest): WireAnswer {
    const { method, path, headers } = request;
    if (headers['authorization'] === undefined) throw this.#challenge();
    const [, root, name, wanted] = path.split('/');
    if (method !== 'GET' || root !== 'secrets' || name === undefined) {
      throw methodNotAllowed(request);
    }
    const versions = this.#secrets.get(name.toLowerCase());
    const found =
      wanted === undefined ? versions?.at(-1) : versions?.find(({ version }) => version === wanted);
    if (found === undefined) {
      throw refusal(
        404,
        'SecretNotFound',
        `A secret with (name/id) ${name} was not found in this key vault. If you recently deleted this secret you may be able ` +
          'to recover it using the correct recovery command.',
      );
    }
    if (!found.enabled) {
      throw refusal(403, 'Forbidden', 'Operation get is not allowed on a disabled secret.', {
        innererror: { code: 'SecretDisabled' },
      });
    }
    const seconds = Math.floor(found.createdAt / 1000);
    return {
      status: 200,
      body: {
        value: found.value,
        id: `https://${this.host}/secrets/${name}/${found.version}`,
        attributes: {
          enabled: true,
          created: seconds,
          updated: seconds,
          recoveryLevel: 'CustomizedRecoverable+Purgeable',
        },
        tags: {},
      },
    };
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

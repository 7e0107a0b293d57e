/** Which secrets does a vault hold, in which versions, and which of them are deleted but recoverable? */
import { guid, type Random } from './random.js';

/** What a client may say of a version beside its value. */
export interface SecretAbout {
  readonly enabled?: boolean;
  /** Seconds since the epoch. */
  readonly expires?: number;
  /** Seconds since the epoch. */
  readonly notBefore?: number;
  readonly contentType?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** A version of a secret. */
export interface SecretVersion {
  /** 32 hex digits. */
  readonly version: string;
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  updatedAt: number;
  enabled: boolean;
  about: SecretAbout;
}

/** A secret: `name` as it was written first, versions from oldest to newest. */
export interface Secret {
  readonly name: string;
  readonly versions: SecretVersion[];
  /** Milliseconds since the epoch; while it is set, the secret can only be recovered or purged. */
  deletedAt?: number;
}

/** A version that has just been made. */
export interface NewVersion {
  readonly name: string;
  readonly version: string;
}

/** Secrets by name in lower case: Key Vault doesn't tell names apart by case (documentation). */
export class SecretStore {
  readonly #secrets = new Map<string, Secret>();
  readonly #listeners: ((made: NewVersion) => void)[] = [];

  constructor(private readonly random: Random) {}

  onNewVersion(listener: (made: NewVersion) => void): void {
    this.#listeners.push(listener);
  }

  /** The secret, unless it is deleted. */
  get(name: string): Secret | undefined {
    const found = this.#secrets.get(name.toLowerCase());
    return found?.deletedAt === undefined ? found : undefined;
  }

  /** The secret if it is deleted and can be recovered. */
  deleted(name: string): Secret | undefined {
    const found = this.#secrets.get(name.toLowerCase());
    return found?.deletedAt === undefined ? undefined : found;
  }

  /** Adds a version, to a new secret if there is none of this name. */
  add(name: string, value: string, about: SecretAbout = {}): SecretVersion {
    const now = Date.now();
    const made: SecretVersion = {
      version: guid(this.random).replaceAll('-', ''),
      value,
      createdAt: now,
      updatedAt: now,
      enabled: about.enabled ?? true,
      about,
    };
    const secret = this.get(name) ?? { name, versions: [] };
    secret.versions.push(made);
    this.#secrets.set(name.toLowerCase(), secret);
    for (const listener of this.#listeners) listener({ name: secret.name, version: made.version });
    return made;
  }

  /** Changes what is said of a version; its value and its id stay. */
  describe(version: SecretVersion, about: SecretAbout): void {
    version.about = { ...version.about, ...about };
    version.enabled = about.enabled ?? version.enabled;
    version.updatedAt = Date.now();
  }

  /** Deletes for good. */
  purge(name: string): void {
    this.#secrets.delete(name.toLowerCase());
  }
}

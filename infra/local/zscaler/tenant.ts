/** What is saved, and what is active? Changes take effect on the tunnels with an activation alone. */

/** A credential as the tunnels see it. */
export interface ActiveCredential {
  /** A public address, or `name@domain`. */
  readonly identity: string;
  readonly psk: string;
}

export interface SavedCredential {
  readonly id: number;
  readonly type: 'IP' | 'UFQDN';
  readonly identity: string;
  readonly psk: string;
  readonly comments: string | undefined;
}

export interface SavedStaticIp {
  readonly id: number;
  readonly ipAddress: string;
  readonly comment: string | undefined;
  /** Seconds since the epoch. */
  readonly modifiedAt: number;
}

export interface SavedLocation {
  readonly id: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly credentialIds: readonly number[];
}

/** Where ids begin (arbitrary; recorded ones have nine digits). */
const firstId = 170_000_001;

/** One tenant's configuration. */
export class Tenant {
  readonly credentials = new Map<number, SavedCredential>();
  readonly staticIps = new Map<number, SavedStaticIp>();
  readonly locations = new Map<number, SavedLocation>();
  #active: readonly ActiveCredential[] = [];
  #nextId = firstId;
  readonly #editors = new Set<string>();
  #activation: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly onActivated: (credentials: readonly ActiveCredential[]) => void) {}

  nextId(): number {
    return this.#nextId++;
  }

  /** Takes note that somebody has saved a change. */
  edited(who: string): void {
    this.#editors.add(who);
  }

  /** Whose changes are pending. */
  editors(): readonly string[] {
    return [...this.#editors];
  }

  status(): 'ACTIVE' | 'PENDING' | 'INPROGRESS' {
    if (this.#activation !== undefined) return 'INPROGRESS';
    return this.#editors.size > 0 ? 'PENDING' : 'ACTIVE';
  }

  /** Publishes all that is saved now, whoever saved it; after so many seconds the tunnels see it. */
  activate(seconds = 0): void {
    const published = [...this.credentials.values()].map(({ identity, psk }) => ({ identity, psk }));
    this.#editors.clear();
    const finish = () => {
      this.#activation = undefined;
      this.#active = published;
      this.onActivated(published);
    };
    clearTimeout(this.#activation);
    if (seconds === 0) finish();
    else this.#activation = setTimeout(finish, seconds * 1000);
  }

  /** What the tunnels see. */
  active(): readonly ActiveCredential[] {
    return this.#active;
  }

  /** Saves a credential that wasn't there, and gives its id. */
  addCredential({ identity, psk }: ActiveCredential, comments?: string): number {
    const id = this.nextId();
    const type = identity.includes('@') ? 'UFQDN' : 'IP';
    this.credentials.set(id, { id, type, identity: identity.toLowerCase(), psk, comments });
    return id;
  }

  credentialOf(identity: string): SavedCredential | undefined {
    return [...this.credentials.values()].find((one) => one.identity === identity.toLowerCase());
  }

  locationOf(credentialId: number): SavedLocation | undefined {
    return [...this.locations.values()].find(({ credentialIds }) => credentialIds.includes(credentialId));
  }

  close(): void {
    clearTimeout(this.#activation);
  }
}

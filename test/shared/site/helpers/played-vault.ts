/** Which versions of its secrets does a vault hold? Ids alone; nobody needs values here. */
import type { SecretState } from '../../../../shared/site/observed-site.js';
import { success, type Outcome } from '../../../../shared/site/problem.js';

/** One version of a secret. */
interface Version {
  readonly version: string;
  readonly isEnabled: boolean;
  /** Id of the rotation that made it. */
  readonly rotation?: string;
}

/** A vault that answers at once. */
export class PlayedVault {
  private readonly secrets = new Map<string, readonly Version[]>();

  /** Versions of a secret, oldest first. */
  versions(name: string): readonly Version[] {
    return this.secrets.get(name) ?? [];
  }

  add(name: string, version: Omit<Version, 'isEnabled'>): void {
    this.secrets.set(name, [...this.versions(name), { ...version, isEnabled: true }]);
  }

  /** Once a rotation, as by the tag. */
  make(name: string, rotation: string): string {
    const before = this.versions(name).find((known) => known.rotation === rotation);
    if (before !== undefined) return before.version;
    const version = `v${this.versions(name).length + 1}`;
    this.add(name, { version, rotation });
    return version;
  }

  disable(name: string, version: string): void {
    this.set(name, version, false);
  }

  enable(name: string, version: string): void {
    this.set(name, version, true);
  }

  private set(name: string, version: string, isEnabled: boolean): void {
    const changed = this.versions(name).map((known) =>
      known.version === version ? { ...known, isEnabled } : known,
    );
    this.secrets.set(name, changed);
  }

  isEnabled(name: string, version: string): boolean {
    return this.versions(name).some((known) => known.version === version && known.isEnabled);
  }

  /** The one that was made or stored last. */
  newest(name: string): string {
    return this.versions(name).at(-1)?.version ?? '';
  }

  /** What a look at each secret says. */
  states(): readonly Outcome<SecretState>[] {
    return [...this.secrets].map(([name, versions]) => {
      const version = versions.filter(({ isEnabled }) => isEnabled).at(-1)?.version;
      return version === undefined
        ? success({ name, state: 'disabled' as const })
        : success({ name, state: 'usable' as const, version });
    });
  }
}

/** How does a guest play a service edge? Real Libreswan that answers, and a proxy behind it. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { proxyAddress } from './fabric.js';
import type { UmlGuest } from './uml-guest.js';

/** How the proxy answers. */
export type ProxyBehaviour = 'normal' | 'silent' | 'html' | 'redirect' | 'drip';

/** A VPN credential as it was entered at Zscaler. */
export interface EdgeCredential {
  /** The gateway's public address, or `name@domain`. */
  readonly identity: string;
  readonly psk: string;
}

/** What an edge accepts, in Libreswan's words. */
export interface EdgeProposals {
  readonly ike: string;
  readonly esp: string;
}

const usual: EdgeProposals = { ike: 'aes256-sha2_256;dh14', esp: 'null-md5' };

const files = fileURLToPath(new URL('./edge/', import.meta.url));

/** An edge that has power. */
export class EdgeGuest {
  /** A number for each identity that was ever entered; device, mark and table hang on it. */
  private readonly numbers = new Map<string, number>();

  private constructor(
    readonly name: string,
    readonly guest: UmlGuest,
  ) {}

  /** Sets up a guest that has power. */
  static async begin(name: string, guest: UmlGuest): Promise<EdgeGuest> {
    for (const name of ['proxy.py', 'updown']) copyFileSync(join(files, name), join(guest.share, name));
    await guest.shell(script('begin.sh'), { NAME: name, PROXY: proxyAddress });
    return new EdgeGuest(name, guest);
  }

  get address(): string {
    return this.guest.hardware.address;
  }

  /** Takes these credentials alone, and these proposals alone; tunnels that go on being allowed stand. */
  async setCredentials(
    credentials: readonly EdgeCredential[],
    proposals: Partial<EdgeProposals> = {},
  ): Promise<void> {
    const lines = credentials.map(({ identity, psk }) => `${this.numberOf(identity)} ${identity} ${psk}\n`);
    writeFileSync(join(this.guest.share, 'credentials'), lines.join(''), { mode: 0o600 });
    const { ike, esp } = { ...usual, ...proposals };
    await this.guest.shell(script('credentials.sh'), { IKE: ike, ESP: esp });
  }

  /** Deletes the SAs of an identity, and tells its gateway. */
  async drop(identity: string): Promise<void> {
    await this.guest.shell(`ipsec auto --down gateway${this.numberOf(identity)} >/dev/null 2>&1 || true`);
  }

  behave(behaviour: ProxyBehaviour): void {
    writeFileSync(join(this.guest.share, 'behaviour'), behaviour);
  }

  private numberOf(identity: string): number {
    const number = this.numbers.get(identity) ?? this.numbers.size + 1;
    this.numbers.set(identity, number);
    return number;
  }
}

function script(name: string): string {
  return readFileSync(join(files, name), 'utf8');
}

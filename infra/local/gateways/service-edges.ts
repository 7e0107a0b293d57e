/** What does the far side accept? Zscaler's service edges, with switches for everything that goes wrong there. */

/** One service edge: a VPN terminator with a proxy behind it. */
export interface EdgeSpec {
  /** Name in answers and evidence. */
  readonly name: string;
  readonly address: string;
  readonly hostNames?: readonly string[];
  /** Accepted proposals in Libreswan's words; Zscaler's list when left out. */
  readonly ike?: readonly string[];
  /** NULL encryption alone when left out: any AES is a subscription of its own. */
  readonly esp?: readonly string[];
  /** `everything`: refuses a selector narrower than 0.0.0.0/0, as a Libreswan responder does without narrowing. */
  readonly selectors?: 'any' | 'everything';
}

/** What can go wrong at an edge; all off in the beginning. */
export interface EdgeTrouble {
  /** Answers nothing at all. */
  readonly down: boolean;
  /** Holds other PSKs than those that were entered. */
  readonly wrongPsk: boolean;
  readonly refusesIke: boolean;
  readonly refusesEsp: boolean;
  readonly refusesSelectors: boolean;
  /** The tunnel works, the proxy behind it doesn't answer. */
  readonly proxySilent: boolean;
}

/** A VPN credential as it was entered at Zscaler. */
export interface Credential {
  /** The gateway's public address, or `name@domain`. */
  readonly identity: string;
  readonly psk: string;
}

/** What a gateway asks an edge for. */
export interface Proposal {
  /** Address that the packets come from: the machine's public one. */
  readonly source: string | undefined;
  readonly identity: string;
  readonly psk: string;
  readonly ike: string;
  readonly esp: string;
  readonly remoteSelector: string;
}

/** How an edge answers a proposal. */
export type Negotiation =
  | { readonly kind: 'established'; readonly edge: string; readonly address: string }
  | { readonly kind: 'silent' | 'ike-refused' | 'rejected' | 'esp-refused' | 'selectors-refused' };

/** An IKE SA that was authenticated. */
export interface Authentication {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Name of the edge. */
  readonly edge: string;
  /** Which PSK of the identity it was: 1 for the first that was entered, one more with each other one. */
  readonly credentialVersion: number;
}

/** What happened at the far side; `drops`: an edge deletes the SAs of this identity. */
export interface FarSideChange {
  readonly drops?: string;
}

type Listener = (change: FarSideChange) => void;

/** As many authentications of an identity are kept. */
const keptProofs = 1000;

const hashes = ['sha1', 'sha2_256', 'sha2_384', 'sha2_512'];
/** Zscaler, 'Understanding IPSec VPNs', supported parameters. */
const zscalerIke = hashes.flatMap((hash) => [5, 14, 19, 20, 21].map((group) => `aes256-${hash};dh${group}`));
const zscalerEsp = ['null-md5', 'null-sha1', 'null-sha2_256'];

const noTrouble: EdgeTrouble = {
  down: false,
  wrongPsk: false,
  refusesIke: false,
  refusesEsp: false,
  refusesSelectors: false,
  proxySilent: false,
};

const ipv4 = /^\d+\.\d+\.\d+\.\d+$/;

/** The far side of all tunnels. */
export class ServiceEdges {
  private readonly troubles = new Map<string, EdgeTrouble>();
  private readonly credentials = new Map<string, { readonly psk: string; readonly version: number }>();
  /** Counted on when a credential is removed and entered again. */
  private readonly versions = new Map<string, number>();
  private readonly proofs = new Map<string, Authentication[]>();
  private readonly listeners = new Set<Listener>();

  constructor(private readonly specs: readonly EdgeSpec[]) {}

  /** Enters a credential, or changes its PSK. It holds at every edge, as a VPN credential at Zscaler does. */
  addCredential({ identity, psk }: Credential): void {
    this.enter(identity, psk);
    this.changed({});
  }

  /**
   * Replaces all credentials at once, as an activation does: what isn't listed is refused from now on. Standing SAs go
   * on, and a credential that is listed as it was keeps its version.
   */
  setCredentials(all: readonly Credential[]): void {
    const listed = new Set(all.map(({ identity }) => identity));
    for (const identity of [...this.credentials.keys()])
      if (!listed.has(identity)) this.credentials.delete(identity);
    for (const { identity, psk } of all) this.enter(identity, psk);
    this.changed({});
  }

  /**
   * Somebody at Zscaler enters another PSK. Standing SAs go on, since an edge asks for proof only when one begins,
   * unless it is told to drop those of this identity.
   */
  changePsk(identity: string, psk: string, { dropSas = false }: { dropSas?: boolean } = {}): void {
    if (!this.credentials.has(identity)) throw new Error(`There is no credential of ${identity}.`);
    this.enter(identity, psk);
    this.changed(dropSas ? { drops: identity } : {});
  }

  /** Which IKE SAs were authenticated with an identity, oldest first: what proves that a PSK is in use. */
  authentications(identity: string): readonly Authentication[] {
    return this.proofs.get(identity) ?? [];
  }

  /** A gateway has proved an identity to an edge: a new IKE SA stands. */
  authenticated(identity: string, right: string): void {
    const credentialVersion = this.credentials.get(identity)?.version ?? 0;
    const proof = { at: new Date().toISOString(), edge: this.find(right)?.name ?? right, credentialVersion };
    this.proofs.set(identity, [...this.authentications(identity), proof].slice(-keptProofs));
  }

  /** What is entered now. */
  entered(): readonly Credential[] {
    return [...this.credentials].map(([identity, { psk }]) => ({ identity, psk }));
  }

  removeCredential(identity: string): void {
    this.credentials.delete(identity);
    this.changed({});
  }

  /** Names of all edges. */
  names(): readonly string[] {
    return this.specs.map(({ name }) => name);
  }

  /** All edges, as they were made. */
  get all(): readonly EdgeSpec[] {
    return this.specs;
  }

  /** Turns troubles of an edge on or off; what isn't named stays as it was. */
  trouble(edge: string, change: Partial<EdgeTrouble>): void {
    if (!this.specs.some(({ name }) => name === edge)) throw new Error(`There is no edge ${edge}.`);
    this.troubles.set(edge, { ...this.troubleOf(edge), ...change });
    this.changed({});
  }

  troubleOf(edge: string): EdgeTrouble {
    return this.troubles.get(edge) ?? noTrouble;
  }

  /** Address of an edge by its address or host name; `undefined` when nothing has that name. */
  resolve(right: string): string | undefined {
    return ipv4.test(right) ? right : this.find(right)?.address;
  }

  isSilent(right: string): boolean {
    const spec = this.find(right);
    return spec === undefined || this.troubleOf(spec.name).down;
  }

  /** How the edge answers now. */
  negotiate(right: string, proposal: Proposal): Negotiation {
    const spec = this.find(right);
    if (spec === undefined || this.isSilent(right)) return { kind: 'silent' };
    const { refusesIke, refusesEsp, refusesSelectors, wrongPsk } = this.troubleOf(spec.name);
    const { ike = zscalerIke, esp = zscalerEsp, selectors = 'any' } = spec;
    if (refusesIke || !offersOne(proposal.ike, ike)) return { kind: 'ike-refused' };
    if (wrongPsk || !this.accepts(proposal)) return { kind: 'rejected' };
    if (refusesEsp || !offersOne(proposal.esp, esp)) return { kind: 'esp-refused' };
    const isNarrow = proposal.remoteSelector !== '0.0.0.0/0';
    if (refusesSelectors || (selectors === 'everything' && isNarrow)) return { kind: 'selectors-refused' };
    return { kind: 'established', edge: spec.name, address: spec.address };
  }

  /** Whether the proxy behind an edge answers a request through a tunnel. */
  serves(edge: string): boolean {
    const { down, proxySilent } = this.troubleOf(edge);
    return !down && !proxySilent;
  }

  /** Calls back after each change; the result ends that. */
  onChange(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private accepts({ identity, psk, source }: Proposal): boolean {
    // A credential of an address is only known by packets that come from it.
    if (ipv4.test(identity) && identity !== source) return false;
    return this.credentials.get(identity)?.psk === psk;
  }

  private enter(identity: string, psk: string): void {
    const before = this.credentials.get(identity);
    if (before?.psk === psk) return;
    const version = (this.versions.get(identity) ?? 0) + 1;
    this.versions.set(identity, version);
    this.credentials.set(identity, { psk, version });
  }

  private find(right: string): EdgeSpec | undefined {
    return this.specs.find(({ address, hostNames = [] }) => address === right || hostNames.includes(right));
  }

  private changed(change: FarSideChange): void {
    for (const listener of [...this.listeners]) listener(change);
  }
}

function offersOne(offered: string, accepted: readonly string[]): boolean {
  return offered.split(',').some((proposal) => accepted.includes(proposal.trim()));
}

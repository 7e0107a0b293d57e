/** Which IPsec connections does a machine's configuration describe? */

/** One `conn`, as far as the model obeys it. */
export interface Connection {
  readonly name: string;
  /** IKE identity of our side; the NIC's own address when none is given. */
  readonly localId: string | undefined;
  readonly right: string;
  readonly localSelector: string;
  readonly remoteSelector: string;
  readonly ike: string;
  readonly esp: string;
  /** Brought up when pluto starts. */
  readonly startsByItself: boolean;
  /** VTI device that `_updown` makes; a connection without one steers by policy. */
  readonly device: string | undefined;
  /** Whether a dead peer is noticed, and the connection begun again. */
  readonly restartsDeadPeer: boolean;
}

/** What Libreswan makes of its configuration. */
export type IpsecConf =
  | { readonly kind: 'connections'; readonly connections: readonly Connection[] }
  | { readonly kind: 'refused'; readonly line: string };

/** Keywords that the two Debian releases' Libreswan both take (docs/gateway.md); others are refused, as it does. */
const keywords = new Set(
  (
    'ikev2 type authby auto left leftid leftsubnet right rightid rightsubnet mark vti-interface vti-routing ' +
    'vti-shared ike esp esn pfs ikelifetime salifetime dpddelay retransmit-timeout nat-keepalive narrowing ' +
    'encapsulation fragmentation rekey keyingtries leftupdown replay-window'
  ).split(' '),
);

/** Keywords of `config setup`; they change nothing here. */
const setupKeywords = new Set(['dnssec-enable']);

/** Reads `ipsec.conf` text. */
export function readIpsecConf(text: string): IpsecConf {
  const connections: Connection[] = [];
  let fields: Map<string, string> | undefined;
  let name = '';
  const close = () => {
    if (fields !== undefined) connections.push(connection(name, fields));
  };
  for (const raw of text.split('\n')) {
    const line = raw.replace(/#.*$/, '').trimEnd();
    if (line.trim() === '') continue;
    const [, section] = /^conn (\S+)$/.exec(line) ?? [];
    if (section !== undefined) {
      close();
      name = section;
      fields = new Map();
      continue;
    }
    if (line === 'config setup') {
      close();
      fields = undefined;
      continue;
    }
    const [, key = '', value = ''] = /^\s+([\w-]+)=(.*)$/.exec(line) ?? [];
    if (fields === undefined && setupKeywords.has(key)) continue;
    if (fields === undefined || !keywords.has(key)) return { kind: 'refused', line: line.trim() };
    fields.set(key, value.trim());
  }
  close();
  return { kind: 'connections', connections };
}

function connection(name: string, fields: ReadonlyMap<string, string>): Connection {
  return {
    name,
    localId: fields.get('leftid'),
    right: fields.get('right') ?? '',
    localSelector: fields.get('leftsubnet') ?? '',
    remoteSelector: fields.get('rightsubnet') ?? '',
    ike: fields.get('ike') ?? '',
    esp: fields.get('esp') ?? '',
    startsByItself: fields.get('auto') === 'start',
    device: fields.get('vti-interface'),
    // IKEv2 ignores dpdtimeout; without this, an edge's silence is never noticed. One that is to be up is begun again.
    restartsDeadPeer: fields.get('auto') === 'start' && fields.has('dpddelay'),
  };
}

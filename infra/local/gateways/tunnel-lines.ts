/** What does Libreswan 4.10 say about a connection? Recorded lines (docs/gateway.md, what each failure looks like). */

/** A line of `ipsec auto --up`; the journal has it without the number in front. */
export interface Line {
  readonly code: string;
  readonly text: string;
}

/** Which connection, and the numbers of its states. */
export interface Numbers {
  readonly name: string;
  readonly ike: number;
  readonly child: number;
}

function line(code: string, name: string, state: number, text: string): Line {
  return { code, text: `"${name}" #${state}: ${text}` };
}

/** The child SA stands; `spi` gives the two SPIs. */
export function establishedLines(
  { name, ike, child }: Numbers,
  { address, esp, spi }: { address: string; esp: string; spi: () => string },
): readonly Line[] {
  const everything = '[0.0.0.0-255.255.255.255:0-65535 0]';
  const sa = `ESPinUDP=>0x${spi()} <0x${spi()} xfrm=${xfrmName(esp)} NATD=${address}:4500 DPD=active`;
  return [
    line(
      '004',
      name,
      child,
      `initiator established Child SA using #${ike}; IPsec tunnel ${everything} -> ${everything} {${sa}}`,
    ),
  ];
}

/** Wrong PSK and wrong identity can't be told apart from here. */
export function rejectedLines({ name, ike }: Numbers): readonly Line[] {
  return [
    line('003', name, ike, 'IKE SA authentication request rejected by peer: AUTHENTICATION_FAILED'),
    line('036', name, ike, 'encountered fatal error in state STATE_V2_PARENT_I2'),
    line(
      '002',
      name,
      ike,
      'deleting IKE SA but connection is supposed to remain up; schedule EVENT_REVIVE_CONNS',
    ),
  ];
}

/** The edge refuses the IKE proposal: pluto drops its notification and tries again until the time is over. */
export function ikeRefusedLines(numbers: Numbers): readonly Line[] {
  const dropped =
    'dropping unexpected IKE_SA_INIT message containing NO_PROPOSAL_CHOSEN notification; message payloads: N; missing payloads: SA,KE,Ni';
  return [line('003', numbers.name, numbers.ike, dropped), ...silentLines(numbers)];
}

/** Nothing answers. */
export function silentLines({ name, ike }: Numbers): readonly Line[] {
  return [
    line(
      '031',
      name,
      ike,
      'STATE_V2_PARENT_I1: 15 second timeout exceeded after 5 retransmits.  No response (or no acceptable response) to our first IKEv2 message',
    ),
  ];
}

/** Why a child SA is refused, in the protocol's words. */
type ChildError = 'NO_PROPOSAL_CHOSEN' | 'TS_UNACCEPTABLE';

export function childError(refused: 'esp-refused' | 'selectors-refused'): ChildError {
  return refused === 'esp-refused' ? 'NO_PROPOSAL_CHOSEN' : 'TS_UNACCEPTABLE';
}

/** The IKE SA stands without a child. */
export function childRefusedLines({ name, child }: Numbers, why: ChildError): readonly Line[] {
  return [line('003', name, child, `IKE_AUTH response rejected Child SA with ${why}`)];
}

/** A later `--up` under the IKE SA that stands. */
export function childAgainRefusedLines({ name, child }: Numbers, why: ChildError): readonly Line[] {
  return [line('003', name, child, `CREATE_CHILD_SA failed with error notification ${why}`)];
}

/** No entry of the secrets file fits both ids. */
export function noSecretLines({ name, ike }: Numbers, localId: string): readonly Line[] {
  return [
    line('003', name, ike, `authentication failed: no PSK found for '${localId}'`),
    line('003', name, ike, 'Failed to find our PreShared Key'),
  ];
}

/** The peer's silence was noticed. From Libreswan's source (ikev2_retransmit.c); not recorded. */
export function deadPeerLines({ name, ike }: Numbers): readonly Line[] {
  return [line('002', name, ike, 'liveness action - restarting all connections that share this peer')];
}

/** The peer deleted the IKE SA. In the model's own words: this line was not recorded. */
export function deletedLines({ name, ike }: Numbers): readonly Line[] {
  return [line('002', name, ike, 'the peer deleted the IKE SA; the connection is supposed to remain up')];
}

function xfrmName(esp: string): string {
  return esp === 'null-md5' ? 'NULL-HMAC_MD5_96' : esp.toUpperCase();
}

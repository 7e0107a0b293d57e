/** Why doesn't a connection come up? One table of pluto's words; setup, remedy and diagnosis read it. */

/** Why a tunnel is down, told by pluto. */
export type TunnelTrouble =
  | 'credential-refused'
  | 'edge-silent'
  | 'ike-proposal-refused'
  | 'esp-proposal-refused'
  | 'selectors-refused'
  | 'psk-unusable'
  | 'unknown';

interface Row {
  readonly reason: Exclude<TunnelTrouble, 'unknown'> | 'configuration-refused';
  /** Patterns of the shell's `case`. */
  readonly says: readonly string[];
  readonly mend: string;
}

/**
 * In the order in which they are tried: a refused ESP proposal says NO_PROPOSAL_CHOSEN too. Recorded with Libreswan
 * 4.10 (docs/gateway.md, what each failure looks like), but for the liveness line, which is from its source.
 */
const rows: readonly Row[] = [
  {
    reason: 'credential-refused',
    says: ['*AUTHENTICATION_FAILED*'],
    mend: "Enter the PSK of the site's secret at Zscaler, and register this gateway's identity there.",
  },
  {
    reason: 'configuration-refused',
    says: ['*"no connection named"*'],
    mend: "Libreswan doesn't take tunnel.ike or tunnel.esp; choose others.",
  },
  {
    reason: 'psk-unusable',
    says: ['*"no PSK found"*'],
    mend: 'Store a PSK of 8 to 255 letters and digits.',
  },
  {
    reason: 'esp-proposal-refused',
    says: ['*"rejected Child SA with NO_PROPOSAL_CHOSEN"*', '*CREATE_CHILD_SA*NO_PROPOSAL_CHOSEN*'],
    mend: 'Choose another tunnel.esp; AES needs a subscription at Zscaler.',
  },
  {
    reason: 'ike-proposal-refused',
    says: ['*NO_PROPOSAL_CHOSEN*'],
    mend: 'Choose another tunnel.ike.',
  },
  {
    reason: 'selectors-refused',
    says: ['*TS_UNACCEPTABLE*'],
    mend: 'Choose the other tunnel.routing.',
  },
  {
    reason: 'edge-silent',
    says: ['*"second timeout exceeded"*', '*"liveness action"*'],
    mend: "Check the edge's name, and that UDP 500 and 4500 may leave the subnet.",
  },
];

/** Shell: `trouble_of <what pluto said>` sets TROUBLE, empty when nothing in it is known. */
export const troubleFunction = `
trouble_of() {
  case "$1" in
${rows.map(({ reason, says }) => `    ${says.join(' | ')}) TROUBLE=${reason} ;;`).join('\n')}
    *) TROUBLE= ;;
  esac
}
`;

/** Shell: ends a script with the reason; what isn't known counts as silence, as `--up` says nothing when cut short. */
export const explainFunction = `
explain() {
  trouble_of "$1"
  case "\${TROUBLE:-edge-silent}" in
${rows.map(({ reason, mend }) => `    ${reason}) fail ${reason} "${mend}" ;;`).join('\n')}
  esac
}
`;

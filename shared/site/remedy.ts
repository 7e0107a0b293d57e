/** What was tried to mend a gateway, rung by rung? */

/** What is wrong with a gateway; one a gateway, the one that explains the others. */
export type Cause =
  | 'healthy'
  | 'starting'
  | 'tunnel-down'
  | 'credential-refused'
  | 'service-edge-down'
  | 'proxy-dead'
  | 'vm-stopped'
  | 'vm-missing'
  | 'vm-unresponsive'
  | 'config-drift'
  | 'secret-newer'
  | 'cannot-tell';

/** What can be done about it, from the one that touches least. */
export type Rung =
  'tunnel-up' | 'ipsec-restart' | 'configure' | 'other-edge' | 'start' | 'redeploy' | 'replace';

/** One rung that was tried. */
export interface Try {
  readonly rung: Rung;
  /** ISO 8601. */
  readonly begunAt: string;
  /** ISO 8601; absent while it may still help. */
  readonly endedAt?: string;
  readonly result?: 'helped' | 'did-not-help';
}

/** The mending of one gateway, from the first sign until a request through its tunnel succeeds. */
export interface Remedy {
  readonly cause: Cause;
  /** ISO 8601: since when the gateway is known not to be well. */
  readonly since: string;
  readonly tries: readonly Try[];
  /** ISO 8601: everything was tried; a person has to look. */
  readonly suspendedAt?: string;
}

/** A machine that was replaced: for the limit a day. */
export interface Replacement {
  readonly slot: string;
  /** ISO 8601. */
  readonly at: string;
}

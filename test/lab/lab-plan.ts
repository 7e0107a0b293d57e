/** Who is in the lab of the tests? */

/** Two edges, as in the examples. */
export const edges = [
  { name: 'fra4', address: '198.51.101.10', hostNames: ['fra4-vpn.zscaler.net'] },
  { name: 'ams2-2', address: '198.51.102.10', hostNames: ['ams2-2-vpn.zscaler.net'] },
] as const;

/** Somebody who isn't among the clients. */
export const stranger = '10.9.0.10';

/** Offices, in a spoke of its own. */
export const clients = ['10.0.5.10', '10.0.5.11', '10.0.5.12', '10.0.5.13'] as const;

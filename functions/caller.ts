/** Who calls, and what may he do? Read from the claims of a token that was checked. */

/** App roles of the API. */
export type Role = 'Reader' | 'Operator' | 'Owner' | 'AlertSender' | 'GatewayReporter';

/** From the least to the most; each includes the ones before. Who sends alerts or reports may do nothing else. */
const ladder: readonly Role[] = ['Reader', 'Operator', 'Owner'];

/** Claims of a token; what is in it is whatever the tenant puts there. */
export type Claims = Readonly<Record<string, unknown>>;

/** Says whether a token's roles include a role. */
export function hasRole({ roles }: Claims, wanted: Role): boolean {
  const held: readonly unknown[] = Array.isArray(roles) ? roles : [];
  const place = ladder.indexOf(wanted);
  const enough: readonly Role[] = place < 0 ? [wanted] : ladder.slice(place);
  return enough.some((role) => held.includes(role));
}

/** Longest name that the timeline shows. */
const nameCharacters = 100;

/** The name of who calls: a person's, or the app's id (Microsoft Learn, 'Access token claims reference'). */
export function callerName(claims: Claims): string {
  const names = ['preferred_username', 'upn', 'appid', 'azp', 'sub'].map((claim) => claims[claim]);
  const name = names.find((found): found is string => typeof found === 'string' && found.trim() !== '');
  return (name ?? 'a token without a name').replace(/[^\x20-\x7e]/g, '?').slice(0, nameCharacters);
}

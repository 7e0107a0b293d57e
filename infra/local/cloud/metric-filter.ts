/** How is a filter on dimensions read? Such as `BackendIPAddress eq '*' and FrontendPort eq '80'`. */

/** What a filter asks of one dimension, by which the answer is then split. */
export interface Condition {
  readonly dimension: string;
  accepts(value: string): boolean;
}

/** All of them must hold. */
export type Conditions = readonly Condition[];

const comparison = /(\w+)\s+(eq|ne)\s+'((?:[^']|'')*)'/gi;

/**
 * Reads a filter; `undefined` for what can't be read. Comparisons of one dimension are alternatives and those of several
 * hold together, which is all that Monitor takes; how `and` and `or` are nested is therefore not looked at.
 */
export function readFilter(text: string): Conditions | undefined {
  const rest = text.replaceAll(comparison, ' ').replaceAll(/\b(?:and|or)\b|[()]/gi, ' ');
  const found = [...text.matchAll(comparison)];
  if (rest.trim() !== '' || found.length === 0) return undefined;
  const byName = new Map<string, { dimension: string; wanted: string[]; unwanted: string[] }>();
  for (const [, dimension = '', operator = '', quoted = ''] of found) {
    const key = dimension.toLowerCase();
    const known = byName.get(key) ?? { dimension, wanted: [], unwanted: [] };
    byName.set(key, known);
    const values = operator.toLowerCase() === 'eq' ? known.wanted : known.unwanted;
    values.push(quoted.replaceAll("''", "'").toLowerCase());
  }
  return [...byName.values()].map(({ dimension, wanted, unwanted }) => ({
    dimension,
    accepts: (value) =>
      (wanted.length === 0 || wanted.includes('*') || wanted.includes(value.toLowerCase())) &&
      !unwanted.includes(value.toLowerCase()),
  }));
}

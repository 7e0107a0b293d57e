/** In what does an answer differ from the recorded one? Keys, types and values, but for those that can't be the same. */

/** Values of the place, the time or the author, and what the recordings' makers have replaced. */
const anyValue = new Set(['latitude', 'longitude', 'lastModificationTime', 'fqdn']);

/** Ids that the simulator gave for recorded ones. */
export type Ids = Map<number, number>;

/** Differences, each with its path. A list of things with ids has to hold what was recorded, and may hold more. */
export function differences(recorded: unknown, given: unknown, ids: Ids, path = ''): readonly string[] {
  if (kindOf(recorded) !== kindOf(given)) return [`${path}: ${kindOf(given)} for ${kindOf(recorded)}`];
  if (Array.isArray(recorded) && Array.isArray(given)) return ofLists(recorded, given, ids, path);
  if (isRecord(recorded) && isRecord(given)) return ofObjects(recorded, given, ids, path);
  const key = path.split('.').at(-1) ?? '';
  if (anyValue.has(key)) return [];
  const expected = key === 'id' ? (ids.get(Number(recorded)) ?? recorded) : recorded;
  return expected === given ? [] : [`${path}: ${String(given)} for ${String(expected)}`];
}

function ofObjects(recorded: Fields, given: Fields, ids: Ids, path: string): readonly string[] {
  const keys = [...new Set([...Object.keys(recorded), ...Object.keys(given)])];
  return keys.flatMap((key) => {
    if (!(key in given)) return [`${path}.${key}: missing`];
    if (!(key in recorded)) return [`${path}.${key}: not recorded`];
    return differences(recorded[key], given[key], ids, `${path}.${key}`);
  });
}

function ofLists(
  recorded: readonly unknown[],
  given: readonly unknown[],
  ids: Ids,
  path: string,
): readonly string[] {
  return recorded.flatMap((row, index) => {
    const id = isRecord(row) ? Number(row['id']) : Number.NaN;
    const wanted = ids.get(id) ?? id;
    const match = Number.isNaN(id)
      ? given[index]
      : given.find((one) => isRecord(one) && one['id'] === wanted);
    return differences(row, match, ids, `${path}[${index}]`);
  });
}

type Fields = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  return Array.isArray(value) ? 'list' : typeof value;
}

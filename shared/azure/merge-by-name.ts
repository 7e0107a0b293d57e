/** Which parts of a list of named things are ours to replace, and which stay? */

interface Named {
  readonly name?: string | undefined;
}

/**
 * Puts our parts over a list as it stands: parts of others stay, ours are replaced, and ours that are no longer wanted go.
 *
 * @param isOurs says of a name whether only we give it
 * @param over what becomes of a part that stands and is wanted; ours alone unless told
 */
export function mergeByName<Part extends Named>(
  existing: readonly Part[] | undefined,
  wanted: readonly Part[] | undefined,
  isOurs: (name: string) => boolean,
  over: (existing: Part, wanted: Part) => Part = (_, mine) => mine,
): Part[] {
  const all = existing ?? [];
  const named = ({ name }: Part, parts: readonly Part[]) => parts.find((part) => isSame(part.name, name));
  const ours = (wanted ?? []).map((part) => {
    const before = named(part, all);
    return before === undefined ? part : over(before, part);
  });
  const theirs = all.filter((part) => named(part, ours) === undefined && !isOurs(part.name ?? ''));
  return [...ours, ...theirs];
}

/** Azure's names don't differ by case. */
function isSame(a = '', b = ''): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** What does `printf` print? */

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\', '"': '"' };

/** Applies the format until every argument is used, once at the least. */
export function formatted(format: string, args: readonly string[]): string {
  const left = [...args];
  let text = '';
  do {
    const before = left.length;
    text += format.replace(/\\(.)|%([sd%])/gs, (_, escape: string | undefined, verb: string | undefined) => {
      if (escape !== undefined) return escapes[escape] ?? `\\${escape}`;
      if (verb === '%') return '%';
      return left.shift() ?? (verb === 'd' ? '0' : '');
    });
    if (left.length === before) break; // a format without a verb takes no argument
  } while (left.length > 0);
  return text;
}

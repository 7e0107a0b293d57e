/** Which settings does the product read, and without which does it not start? Read from its sources. */

/** An entry of a zod object, `NAME: z.string()…,`, up to the next name or the object's end. */
const schemaEntry = /^ +((?:TUNNELKEEPER|AZURE)_[A-Z_]+): ([\s\S]*?),\n(?= +[A-Z_]+: | *\}\))/gm;
const environmentRead = /process\.env\[?\.?'?((?:TUNNELKEEPER|AZURE)_[A-Z_]+)/g;
const mention = /\b((?:TUNNELKEEPER|AZURE)_[A-Z][A-Z_]*[A-Z])\b/g;

/** What a schema says of a setting that may be left out; `optional`, `text` and `secretName` are pieces of schemas. */
const optionalMarks = /\.optional\(\)|\.default\(|^(optional|text|secretName)\b/;

/**
 * Finds the settings in sources.
 *
 * @returns each name with `needed` where a schema demands it, or where it is read by name and is not in a schema
 */
export function productSettings(sources: readonly string[]): ReadonlyMap<string, 'needed' | 'optional'> {
  const found = new Map<string, 'needed' | 'optional'>();
  for (const source of sources) {
    for (const [, name = ''] of source.matchAll(mention)) if (!found.has(name)) found.set(name, 'optional');
  }
  for (const source of sources) {
    for (const [, name = ''] of source.matchAll(environmentRead)) {
      if (name.startsWith('TUNNELKEEPER_') && !name.startsWith('TUNNELKEEPER_LOCAL_'))
        found.set(name, 'needed');
    }
  }
  for (const source of sources) {
    for (const [, name = '', rule = ''] of source.matchAll(schemaEntry)) {
      found.set(name, optionalMarks.test(rule) ? 'optional' : 'needed');
    }
  }
  return found;
}

/** Which actions did the app use? A JSON list of Azure's operation names, checked before a role is made of it. */

/** Provider, types, and what is done; never a wildcard (Microsoft Learn, Azure permissions). */
const operation = /^Microsoft\.[A-Za-z]+(\/[A-Za-z]+)+\/(read|write|delete|action)$/;

/**
 * Reads the list.
 *
 * @throws Error that names the entries that are no operation
 */
export function readUsedActions(text: string): readonly string[] {
  const read: unknown = JSON.parse(text);
  if (!Array.isArray(read)) throw new Error('Used actions must be a JSON list of operation names.');
  const list: readonly unknown[] = read;
  const names = list.filter((one): one is string => typeof one === 'string' && operation.test(one));
  if (names.length < list.length) {
    const wrong = list.filter((one) => typeof one !== 'string' || !operation.test(one));
    throw new Error(`No operations of Azure: ${wrong.map((one) => JSON.stringify(one)).join(', ')}.`);
  }
  return names;
}

/** What does the last line of a script's output hold? */

/** Longest JSON that is read: 1 KB (architecture.md). */
const maxCharacters = 1200;

/** JSON of the last line `TUNNELKEEPER <kind> {json}`; `undefined` when there is none, or it is none. */
export function lastLine(output: string, kind: 'RESULT' | 'DIAGNOSIS'): unknown {
  const [json] = [...output.matchAll(new RegExp(`^TUNNELKEEPER ${kind} (\\{.*\\})\\s*$`, 'gm'))]
    .map(([, found]) => found)
    .slice(-1);
  if (json === undefined || json.length > maxCharacters) return undefined;
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

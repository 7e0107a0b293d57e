/** Which arm of a `case` is taken? */
import { expandPieces, expandText, type Surroundings } from './expand.js';
import { matchesPattern } from './pattern.js';
import type { Node } from './syntax.js';

/** The commands of the first arm with a pattern that matches; none when no pattern does. */
export async function chosenArm(
  { subject, arms }: Extract<Node, { kind: 'case' }>,
  around: Surroundings,
): Promise<readonly Node[]> {
  const text = await expandText(subject, around);
  for (const { patterns, body } of arms)
    for (const pattern of patterns)
      if (matchesPattern(text, await expandPieces(pattern, around))) return body;
  return [];
}

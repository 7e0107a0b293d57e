/** What becomes of `name=word` and `name+=(words)`? */
import { expandFields, expandText, type Surroundings } from './expand.js';
import type { Assignment } from './syntax.js';
import type { Variables } from './variables.js';

/** Assigns one after the other: a later one sees what an earlier one gave. */
export async function assign(
  assignments: readonly Assignment[],
  shell: Surroundings & { readonly variables: Variables },
): Promise<void> {
  for (const { name, appends, value } of assignments) {
    const now =
      'word' in value ? await expandText(value.word, shell) : await expandFields(value.items, shell);
    if (appends) shell.variables.append(name, now);
    else shell.variables.set(name, now);
  }
}

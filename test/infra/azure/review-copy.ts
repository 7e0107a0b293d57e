/** What does the review say of a copy of the template with a fault in it? */
import { readInput } from '../../../infra/azure/read-input.js';
import { review } from '../../../infra/azure/review.js';
import type { Finding } from '../../../infra/azure/finding.js';

/** A text of a file, and what stands there instead; the first occurrence is meant. */
export interface Fault {
  readonly file: string;
  readonly instead: string;
  readonly of: string;
}

const input = { ...readInput(), schemas: [] };

/** Text of a file as it is. */
export function textOfFile(file: string): string {
  const text = input.texts.get(file);
  if (text === undefined) throw new Error(`There is no infra/azure/${file}.`);
  return text;
}

/** Reviews a copy with faults; none is the template as it is. A fault whose text isn't there is a fault of the test. */
export function reviewCopy(...faults: readonly Fault[]): readonly Finding[] {
  const texts = new Map(input.texts);
  for (const { file, of, instead } of faults) {
    const text = texts.get(file);
    if (text?.includes(of) !== true) throw new Error(`infra/azure/${file} doesn't say ${of}`);
    texts.set(
      file,
      text.replace(of, () => instead),
    );
  }
  return review({ ...input, texts }).findings;
}

/** Reviews a copy with another file, or without one. */
export function reviewWithFile(file: string, text: string | undefined): readonly Finding[] {
  const texts = new Map(input.texts);
  if (text === undefined) texts.delete(file);
  else texts.set(file, text);
  return review({ ...input, texts }).findings;
}

/** Reviews the template against other sources of the product. */
export function reviewAgainst(source: string): readonly Finding[] {
  return review({ ...input, sources: [...input.sources, source] }).findings;
}

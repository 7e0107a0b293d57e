/** Does a text match a shell pattern? */

/** One piece of a pattern; quoted pieces stand for themselves. */
export interface PatternPiece {
  readonly text: string;
  readonly quoted: boolean;
}

/** The source of a regular expression that matches what the pattern matches. */
export function patternSource(pieces: readonly PatternPiece[], greedy = true): string {
  return pieces.map(({ text, quoted }) => (quoted ? literal(text) : glob(text, greedy))).join('');
}

/** Whether the whole text matches. */
export function matchesPattern(text: string, pieces: readonly PatternPiece[]): boolean {
  return new RegExp(`^(?:${patternSource(pieces)})$`, 's').test(text);
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function glob(text: string, greedy: boolean): string {
  const any = greedy ? '.*' : '.*?';
  return literal(text).replaceAll('\\*', any).replaceAll('\\?', '.');
}

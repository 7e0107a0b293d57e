/** What has the app seen? Notes by subject, which the contract reads over HTTP. */

/** A note: what was seen, and when by the app's clock. */
export interface Note {
  readonly what: unknown;
  readonly atMs: number;
}

const notes = new Map<string, Note[]>();

/** Writes a note down. */
export function note(subject: string, what: unknown): void {
  notes.set(subject, [...notesOf(subject), { what, atMs: Date.now() }]);
}

/** All notes of a subject, oldest first. */
export function notesOf(subject: string): readonly Note[] {
  return notes.get(subject) ?? [];
}

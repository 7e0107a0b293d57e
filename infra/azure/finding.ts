/** What did the check find? */

/** Where something is wrong, and what. */
export interface Place {
  /** Path inside infra/azure. */
  readonly file: string;
  /** From 1; 0 when the file as a whole is meant. */
  readonly line: number;
  readonly detail: string;
}

/** A place with the rule that it breaks. */
export interface Finding extends Place {
  readonly rule: string;
}

/** What is a shell script made of? As much of bash as the rendered scripts use. */

/** A word is the concatenation of its parts. */
export type Word = readonly Part[];

/** A piece of a word; what isn't `quoted` is split into fields after it was expanded. */
export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'parameter'; readonly parameter: Parameter; readonly quoted: boolean }
  | { readonly kind: 'command'; readonly body: readonly Node[]; readonly quoted: boolean }
  | { readonly kind: 'arithmetic'; readonly expression: Word; readonly quoted: boolean };

/** `$name`, `${name[@]:0:20}`, `${#name[@]}`, `${name%,}` and the like. */
export interface Parameter {
  readonly name: string;
  readonly subscript?: '@' | '*';
  readonly isLength: boolean;
  readonly change?: {
    readonly operator: ':-' | '-' | '%' | '%%' | '#' | '##' | '//' | '/' | ':';
    readonly operands: readonly Word[];
  };
}

/** `name=word`, `name+=(words)`. */
export interface Assignment {
  readonly name: string;
  readonly appends: boolean;
  readonly value: { readonly word: Word } | { readonly items: readonly Word[] };
}

/** Where a command's input comes from or its output goes. */
export type Redirect =
  | { readonly kind: 'document'; readonly text: Word }
  | { readonly kind: 'read'; readonly target: Word }
  | { readonly kind: 'write'; readonly from: 1 | 2 | 9; readonly appends: boolean; readonly target: Word }
  | { readonly kind: 'errors-to-output' };

/** A command or a structure of commands. */
export type Node =
  | {
      readonly kind: 'simple';
      readonly assignments: readonly Assignment[];
      readonly words: readonly Word[];
      readonly redirects: readonly Redirect[];
      /** Lists that `local` gives to the names it declares. */
      readonly declared?: readonly Assignment[];
    }
  | { readonly kind: 'pipeline'; readonly stages: readonly Node[]; readonly isNegated: boolean }
  | { readonly kind: 'and-or'; readonly left: Node; readonly operator: '&&' | '||'; readonly right: Node }
  | { readonly kind: 'if'; readonly branches: readonly Branch[]; readonly otherwise: readonly Node[] }
  | {
      readonly kind: 'for';
      readonly name: string;
      readonly items: readonly Word[];
      readonly body: readonly Node[];
    }
  | {
      readonly kind: 'while';
      readonly until: boolean;
      readonly condition: readonly Node[];
      readonly body: readonly Node[];
    }
  | { readonly kind: 'case'; readonly subject: Word; readonly arms: readonly Arm[] }
  | { readonly kind: 'function'; readonly name: string; readonly body: Node }
  | { readonly kind: 'group'; readonly isSubshell: boolean; readonly body: readonly Node[] }
  | { readonly kind: 'redirected'; readonly body: Node; readonly redirects: readonly Redirect[] };

interface Branch {
  readonly condition: readonly Node[];
  readonly body: readonly Node[];
}

interface Arm {
  readonly patterns: readonly Word[];
  readonly body: readonly Node[];
}

/** A script holds what the modelled machine can't do; it is a gap of the model, never the script's own failure. */
export class ModelGap extends Error {}

/** Where do a command's characters come from, and where do they go? */

/** Takes what is written. */
export type Sink = (text: string) => void;

/** Text that is read once, line by line or at once; shared by all that read from it. */
export class Input {
  constructor(private rest: string) {}

  /** The next line without its end; `undefined` at the end of the text. */
  readLine(): string | undefined {
    if (this.rest === '') return undefined;
    const end = this.rest.indexOf('\n');
    const line = end < 0 ? this.rest : this.rest.slice(0, end);
    this.rest = end < 0 ? '' : this.rest.slice(end + 1);
    return line;
  }

  readAll(): string {
    const all = this.rest;
    this.rest = '';
    return all;
  }
}

/** What a command reads from and writes to. */
export interface Streams {
  readonly input: Input;
  readonly out: Sink;
  readonly err: Sink;
}

/** A sink that keeps what it gets. */
export function collector(): { readonly sink: Sink; readonly text: () => string } {
  const parts: string[] = [];
  return { sink: (text) => void parts.push(text), text: () => parts.join('') };
}

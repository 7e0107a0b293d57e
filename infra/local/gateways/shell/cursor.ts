/** Where in the script are we, and what comes next? */
import { ModelGap, type Node } from './syntax.js';

/** A here-document whose body begins at the next line. */
interface Awaited {
  readonly end: string;
  readonly receive: (text: string) => void;
}

/** A place in a text; `readScript` closes the circle from words back to commands. */
export class Cursor {
  private at = 0;
  private readonly awaited: Awaited[] = [];

  constructor(
    private readonly text: string,
    private readonly parse: (cursor: Cursor, end: string) => readonly Node[],
  ) {}

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  peek(): string {
    return this.text.charAt(this.at);
  }

  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  /** Whether an anchored expression matches, some characters further on. */
  sees(expression: RegExp, further = 0): boolean {
    return expression.test(this.text.slice(this.at + further, this.at + further + 200));
  }

  take(length: number): string {
    const taken = this.text.slice(this.at, this.at + length);
    this.at += length;
    return taken;
  }

  /** Takes what an anchored expression matches; empty when it doesn't. */
  takeMatch(expression: RegExp): string {
    return this.take(expression.exec(this.text.slice(this.at, this.at + 200))?.[0].length ?? 0);
  }

  takeUntil(stops: (rest: string) => boolean): string {
    const from = this.at;
    do this.at++;
    while (!this.isAtEnd && !stops(this.text.slice(this.at, this.at + 2)));
    return this.text.slice(from, this.at);
  }

  expect(text: string): void {
    if (!this.startsWith(text)) throw new ModelGap(`Expected ${text} at: ${this.line()}`);
    this.at += text.length;
  }

  /** The text up to a closing mark, as a cursor of its own. */
  inner(close: string, open: string): Cursor {
    let depth = 1;
    const from = this.at;
    while (depth > 0) {
      if (this.isAtEnd) throw new ModelGap(`Expected ${close}.`);
      if (this.startsWith(close)) depth--;
      else if (this.startsWith(open)) depth++;
      this.at += depth === 0 ? 0 : 1;
    }
    const inside = this.text.slice(from, this.at);
    this.expect(close);
    return new Cursor(inside, this.parse);
  }

  readScript(end: string): readonly Node[] {
    return this.parse(this, end);
  }

  awaitDocument(end: string, receive: (text: string) => void): void {
    this.awaited.push({ end, receive });
  }

  /** Steps over a line's end, and over the here-documents that follow it. */
  takeNewline(): void {
    this.expect('\n');
    for (const { end, receive } of this.awaited.splice(0)) {
      const from = this.at;
      const stop = `\n${end}\n`;
      // An empty document ends at its first line.
      const found = this.startsWith(`${end}\n`) ? from - 1 : this.text.indexOf(stop, from);
      if (found < 0) throw new ModelGap(`The here-document ${end} does not end.`);
      receive(this.text.slice(from, found + 1));
      this.at = found + stop.length;
    }
  }

  /** Steps over spaces, comments and continued lines; not over a line's end. */
  skipBlank(): void {
    for (;;) {
      if (this.startsWith('\\\n')) this.at += 2;
      else if (this.peek() === ' ' || this.peek() === '\t') this.at++;
      else if (this.peek() === '#') while (!this.isAtEnd && this.peek() !== '\n') this.at++;
      else return;
    }
  }

  line(): string {
    return this.text.slice(this.at, this.at + 80).split('\n')[0] ?? '';
  }
}

/** Which value stands at a path of a settings file? Values by path, checked as they are read; all that is wrong is kept. */
import { readTimeSpan } from './time-span.js';

/** A leaf of the file. */
export interface Leaf {
  /** As it is written, such as `extensions.http.routePrefix`. */
  readonly path: string;
  readonly value: unknown;
}

/** Reads values by path, without regard to case, as .NET's configuration does. */
export class SettingReader {
  readonly #leaves: ReadonlyMap<string, Leaf>;
  readonly #problems: string[] = [];

  constructor(leaves: readonly Leaf[]) {
    this.#leaves = new Map(leaves.map((leaf) => [leaf.path.toLowerCase(), leaf]));
  }

  /** What could not be read so far, each with its path. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  text<Default extends string | undefined>(path: string, otherwise: Default): string | Default {
    const value = this.#valueAt(path);
    if (value === undefined) return otherwise;
    return typeof value === 'string' ? value : this.#refuse(path, 'a text', otherwise);
  }

  oneOf<Word extends string>(path: string, words: readonly Word[], otherwise: Word): Word {
    const value = this.#valueAt(path);
    if (value === undefined) return otherwise;
    const found = words.find((word) => word.toLowerCase() === textOf(value).toLowerCase());
    return found ?? this.#refuse(path, words.join(' or '), otherwise);
  }

  /** A whole number within bounds, also written as text. */
  wholeNumber<Default extends number | undefined>(
    path: string,
    { least, most = Number.MAX_SAFE_INTEGER }: { readonly least: number; readonly most?: number },
    otherwise: Default,
  ): number | Default {
    const value = this.#valueAt(path);
    if (value === undefined) return otherwise;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most)
      return number;
    const bounds = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
    return this.#refuse(path, bounds, otherwise);
  }

  /** A time span in milliseconds. */
  timeSpan<Default extends number | undefined>(
    path: string,
    { leastMs, hint }: { readonly leastMs: number; readonly hint: string },
    otherwise: Default,
  ): number | Default {
    const value = this.#valueAt(path);
    if (value === undefined) return otherwise;
    const ms = readTimeSpan(textOf(value));
    return ms !== undefined && ms >= leastMs ? ms : this.#refuse(path, hint, otherwise);
  }

  #valueAt(path: string): unknown {
    return this.#leaves.get(path.toLowerCase())?.value ?? undefined;
  }

  #refuse<T>(path: string, wanted: string, otherwise: T): T {
    this.#problems.push(`${path} is ${JSON.stringify(this.#valueAt(path))}; give ${wanted}.`);
    return otherwise;
  }
}

/** A number counts as its text, as in .NET's configuration; what else there is fits nothing. */
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** All leaves of parsed JSON; a list counts as one leaf, and an empty object as none. */
export function leavesOf(value: unknown, path = ''): readonly Leaf[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ path, value }];
  return Object.entries(value).flatMap(([name, inner]) =>
    leavesOf(inner, path === '' ? name : `${path}.${name}`),
  );
}

/** What does a name stand for? Variables of a shell, with the locals of its functions. */

/** A text, or a list. */
export type Value = string | readonly string[];

/** Scopes from the outermost to that of the function that runs. */
export class Variables {
  private constructor(private readonly scopes: Map<string, Value | undefined>[]) {}

  static of(environment: Readonly<Record<string, string>>): Variables {
    return new Variables([new Map(Object.entries(environment))]);
  }

  get(name: string): Value | undefined {
    return this.scopeOf(name)?.get(name);
  }

  set(name: string, value: Value | undefined): void {
    (this.scopeOf(name) ?? this.outermost).set(name, value);
  }

  append(name: string, value: Value): void {
    const before = this.get(name);
    if (typeof value === 'string') this.set(name, `${typeof before === 'string' ? before : ''}${value}`);
    else
      this.set(name, [
        ...(before === undefined ? [] : typeof before === 'string' ? [before] : before),
        ...value,
      ]);
  }

  /** Makes a name local to the function that runs; without a value it is unset. */
  declareLocal(name: string, value: Value | undefined): void {
    (this.scopes.at(-1) ?? this.outermost).set(name, value);
  }

  enterFunction(): void {
    this.scopes.push(new Map());
  }

  leaveFunction(): void {
    this.scopes.pop();
  }

  /** A subshell sees everything and changes nothing. */
  copy(): Variables {
    return new Variables(this.scopes.map((scope) => new Map(scope)));
  }

  private get outermost(): Map<string, Value | undefined> {
    const [first] = this.scopes;
    if (first === undefined) throw new Error('A shell always has its outermost scope.');
    return first;
  }

  private scopeOf(name: string): Map<string, Value | undefined> | undefined {
    return this.scopes.findLast((scope) => scope.has(name));
  }
}

/** What does a script do, command by command? */
import { chosenArm } from './chosen-arm.js';
import { expandFields, type Surroundings } from './expand.js';
import { assign } from './assign.js';
import { isShellBuiltin, runBuiltin } from './builtins.js';
import { redirectStreams } from './redirect-streams.js';
import { Input, collector, type Streams } from './streams.js';
import { Ended, Returned, onePass } from './signals.js';
import { testCondition } from './condition.js';
import type { World } from './world.js';
import type { Node, Redirect } from './syntax.js';
import type { Value, Variables } from './variables.js';

type Simple = Extract<Node, { kind: 'simple' }>;

/** Options of `set`. */
interface Options {
  errexit: boolean;
  nounset: boolean;
  pipefail: boolean;
}

/** One shell; a subshell is another one with a copy of the variables. */
export class Interpreter implements Surroundings {
  readonly functions: Map<string, Node>;
  readonly options: Options;
  positional: readonly string[];
  /** Command of the EXIT trap. */
  exitTrap: string | undefined;
  private lastStatus = 0;
  private substituted = 0;
  /** Above 0 while a failure is being asked about, and so doesn't end the script. */
  private asked = 0;

  constructor(
    readonly world: World,
    readonly variables: Variables,
    private readonly begunAt: number,
    parent?: Interpreter,
  ) {
    this.functions = new Map(parent?.functions);
    this.options = { errexit: false, nounset: false, pipefail: false, ...parent?.options };
    this.positional = parent?.positional ?? [];
  }

  lookUp(name: string): Value | undefined {
    if (name === '?') return String(this.lastStatus);
    if (name === '@' || name === '*') return this.positional;
    if (name === '#') return String(this.positional.length);
    if (/^\d+$/.test(name)) return this.positional[Number(name) - 1];
    if (name === 'SECONDS') return String(Math.floor((Date.now() - this.begunAt) / 1000));
    return this.variables.get(name);
  }

  refuseUnset(name: string): void {
    if (!this.options.nounset) return;
    this.world.complain(`${name}: unbound variable`);
    throw new Ended(1);
  }

  async substitute(body: readonly Node[]): Promise<string> {
    const { sink, text } = collector();
    this.substituted = await this.inSubshell(body, { ...this.streams, out: sink }, false);
    return text().replace(/\n+$/, '');
  }

  /** What the words of the command that runs now read and write; set for each command. */
  private streams: Streams = { input: new Input(''), out: () => undefined, err: () => undefined };

  async runAll(nodes: readonly Node[], streams: Streams): Promise<number> {
    for (const node of nodes) this.lastStatus = await this.run(node, streams);
    return nodes.length === 0 ? 0 : this.lastStatus;
  }

  async run(node: Node, streams: Streams): Promise<number> {
    switch (node.kind) {
      case 'simple':
        return this.ended(await this.simple(node, streams));
      case 'pipeline':
        return this.pipeline(node, streams);
      case 'and-or': {
        const left = await this.ask(() => this.run(node.left, streams));
        this.lastStatus = left;
        return (left === 0) === (node.operator === '&&') ? this.run(node.right, streams) : left;
      }
      case 'if':
        return this.choose(node, streams);
      case 'for':
        return this.forEach(node, streams);
      case 'while':
        return this.repeat(node, streams);
      case 'case':
        return this.runAll(await chosenArm(node, this), streams);
      case 'function':
        this.functions.set(node.name, node.body);
        return 0;
      case 'group':
        return node.isSubshell ? this.inSubshell(node.body, streams, true) : this.runAll(node.body, streams);
      case 'redirected':
        return this.redirected(node.redirects, streams, (to) => this.run(node.body, to));
    }
  }

  /** A failure nobody asks about ends the script under `set -e`. */
  private ended(status: number): number {
    if (status !== 0 && this.options.errexit && this.asked === 0) throw new Ended(status);
    return status;
  }

  private async ask(run: () => Promise<number>): Promise<number> {
    this.asked++;
    try {
      return await run();
    } finally {
      this.asked--;
    }
  }

  private async inSubshell(body: readonly Node[], streams: Streams, keepsErrexit: boolean): Promise<number> {
    const shell = new Interpreter(this.world, this.variables.copy(), this.begunAt, this);
    shell.options.errexit &&= keepsErrexit;
    shell.asked = this.asked;
    try {
      return await shell.runAll(body, streams);
    } catch (signal) {
      if (signal instanceof Ended) return signal.status;
      throw signal;
    }
  }

  private async pipeline(
    { stages, isNegated }: Extract<Node, { kind: 'pipeline' }>,
    streams: Streams,
  ): Promise<number> {
    let { input } = streams;
    let status = 0;
    const last = stages.length - 1;
    for (const [index, stage] of stages.entries()) {
      const { sink, text } = collector();
      const to = { ...streams, input, out: index === last ? streams.out : sink };
      const own = await this.ask(() =>
        stages.length === 1 ? this.run(stage, to) : this.inSubshell([stage], to, true),
      );
      status = own !== 0 || !this.options.pipefail ? own : status;
      input = new Input(text());
    }
    if (isNegated) return status === 0 ? 1 : 0;
    return this.ended(status);
  }

  private async choose(
    { branches, otherwise }: Extract<Node, { kind: 'if' }>,
    streams: Streams,
  ): Promise<number> {
    for (const { condition, body } of branches)
      if ((await this.ask(() => this.runAll(condition, streams))) === 0) return this.runAll(body, streams);
    return this.runAll(otherwise, streams);
  }

  private async forEach(
    { name, items, body }: Extract<Node, { kind: 'for' }>,
    streams: Streams,
  ): Promise<number> {
    let status = 0;
    for (const item of await expandFields(items, this)) {
      this.variables.set(name, item);
      const pass = await onePass(() => this.runAll(body, streams));
      ({ status } = pass);
      if (pass.isLast) break;
    }
    return status;
  }

  private async repeat(
    { condition, until, body }: Extract<Node, { kind: 'while' }>,
    streams: Streams,
  ): Promise<number> {
    let status = 0;
    while (((await this.ask(() => this.runAll(condition, streams))) === 0) !== until) {
      const pass = await onePass(() => this.runAll(body, streams));
      ({ status } = pass);
      if (pass.isLast) break;
    }
    return status;
  }

  private async simple(node: Simple, streams: Streams): Promise<number> {
    this.streams = streams;
    this.substituted = 0;
    const [first] = node.words;
    if (first?.length === 1 && first[0]?.kind === 'text' && first[0].text === '[[')
      return (await testCondition(node.words.slice(1, -1), this)) ? 0 : 1;
    const words = await expandFields(node.words, this);
    if (words.length === 0) {
      await assign(node.assignments, this);
      return this.substituted;
    }
    return this.redirected(node.redirects, streams, (to) => this.withAssignments(node, words, to));
  }

  /** Assignments before a command hold for that command. */
  private async withAssignments(node: Simple, words: readonly string[], streams: Streams): Promise<number> {
    const before = node.assignments.map(({ name }) => [name, this.variables.get(name)] as const);
    await assign(node.assignments, this);
    try {
      const status = await this.call(words, streams);
      await assign(node.declared ?? [], this);
      return status;
    } finally {
      for (const [name, value] of before) this.variables.set(name, value);
    }
  }

  /** Runs a command by its words: a function of the script, a builtin of the shell, or one of the machine's. */
  async call(words: readonly string[], streams: Streams): Promise<number> {
    const [name = '', ...args] = words;
    const body = this.functions.get(name);
    if (body !== undefined) return this.callFunction(body, args, streams);
    if (isShellBuiltin(name)) return runBuiltin(this, name, args, streams);
    return this.world.command(name, args, streams, (inner) => this.call(inner, streams));
  }

  private async callFunction(body: Node, args: readonly string[], streams: Streams): Promise<number> {
    const outside = this.positional;
    this.positional = args;
    this.variables.enterFunction();
    try {
      return await this.run(body, streams);
    } catch (signal) {
      if (signal instanceof Returned) return signal.status ?? this.lastStatus;
      throw signal;
    } finally {
      this.variables.leaveFunction();
      this.positional = outside;
    }
  }

  private async redirected(
    redirects: readonly Redirect[],
    streams: Streams,
    run: (streams: Streams) => Promise<number>,
  ): Promise<number> {
    let to = streams;
    for (const redirect of redirects) to = await redirectStreams(redirect, to, this);
    return run(to);
  }
}

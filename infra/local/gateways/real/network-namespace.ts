/** How is something done inside a namespace of the kernel's network? By commands, and by a process that lives in it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MetadataAnswer, MetadataRequest } from '../../cloud/guests.js';
import type { CallName, Calls, FromWorker, ToWorker } from './namespace-calls.js';
import { runCommand } from './run-command.js';

/** Answers a machine, known by its address. */
export type Service = (from: string, request: MetadataRequest) => Promise<MetadataAnswer>;

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A namespace, made anew. Whoever makes it has it removed (`startJanitor`). */
export class NetworkNamespace {
  private worker: ChildProcess | undefined;
  private numbers = 0;
  private readonly waiting = new Map<number, Waiting>();
  private readonly services = new Map<string, Service>();

  private constructor(readonly name: string) {}

  static async create(name: string): Promise<NetworkNamespace> {
    await runCommand(['ip', 'netns', 'add', name]);
    const namespace = new NetworkNamespace(name);
    await namespace.run(['ip', 'link', 'set', 'lo', 'up']);
    return namespace;
  }

  /** Runs a command inside. */
  run(words: readonly string[], input?: string): Promise<string> {
    return runCommand(this.inside(words), input === undefined ? {} : { input });
  }

  /** Runs a shell script inside, which ends at its first failure. */
  script(text: string): Promise<string> {
    return this.run(['bash', '-euo', 'pipefail'], text);
  }

  /** Starts a program inside, which ends with the namespace. */
  start(words: readonly string[]): ChildProcess {
    const [program = '', ...more] = this.inside(words);
    return spawn(program, more, { stdio: 'ignore' });
  }

  /** Words that run a command inside. */
  inside(words: readonly string[]): readonly string[] {
    return ['ip', 'netns', 'exec', this.name, ...words];
  }

  /** Has the process inside do something. */
  call<Name extends CallName>(call: Name, given: Calls[Name]['given']): Promise<Calls[Name]['answer']> {
    const id = ++this.numbers;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.tell({ id, call, given });
    });
  }

  /** Serves at port 80 of an address of the namespace. */
  async serve(address: string, service: Service): Promise<void> {
    this.services.set(address, service);
    await this.call('serve', { address });
  }

  private tell(message: ToWorker): void {
    this.worker ??= this.startWorker();
    this.worker.send(message);
  }

  private startWorker(): ChildProcess {
    const own = extname(import.meta.url);
    const file = fileURLToPath(new URL(`./namespace-worker${own}`, import.meta.url));
    const [program = '', ...words] = this.inside([
      process.execPath,
      ...(own === '.ts' ? ['--import', 'tsx'] : []),
      file,
    ]);
    const worker = spawn(program, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    worker.on('message', (message: FromWorker) => void this.hear(message));
    worker.once('exit', () => {
      for (const { reject } of this.waiting.values()) reject(new Error(`The process in ${this.name} ended.`));
      this.waiting.clear();
      this.worker = undefined;
    });
    return worker;
  }

  private async hear(message: FromWorker): Promise<void> {
    if (message.kind === 'asked') {
      const { id, at, from, request } = message;
      const reply = await this.services.get(at)?.(from, request).catch(failed);
      this.tell({ id, reply: reply ?? { status: 404, body: { error: 'Not found' } } });
      return;
    }
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.kind === 'answer') waiting?.resolve(message.answer);
    else waiting?.reject(new Error(message.message));
  }
}

function failed(error: unknown): MetadataAnswer {
  return { status: 500, body: { error: String(error) } };
}

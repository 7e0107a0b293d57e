/** What does `@azure/functions` ask its host for? The virtual module `@azure/functions-core`, as the worker supplies it. */
import Module from 'node:module';

/** One binding of a function, as the library registers it. */
export interface Binding {
  readonly type: string;
  readonly direction: string;
  readonly methods?: readonly string[];
  readonly route?: string;
  readonly authLevel?: string;
  readonly schedule?: string;
  readonly queueName?: string;
  /** Name of the setting that holds the connection string. */
  readonly connection?: string;
}

/** A function that the app has registered. */
export interface RegisteredFunction {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly callback: (...inputs: unknown[]) => unknown;
}

/** What the library hands over to run functions with. */
export interface ProgrammingModel {
  getInvocationModel(core: object): InvocationModel;
  getCapabilities?(defaults: object): unknown;
}

/** Runs one invocation. */
export interface InvocationModel {
  getArguments(): Promise<{ context: object; inputs: unknown[] }>;
  invokeFunction(
    context: unknown,
    inputs: unknown[],
    callback: (...inputs: unknown[]) => unknown,
  ): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
}

/** What an invocation answers, on the worker's wire. */
export interface InvocationResponse {
  readonly returnValue?: TypedData | null;
}

/** A value on the worker's wire. */
export interface TypedData {
  readonly json?: string | null;
  readonly string?: string | null;
  readonly int?: number | null;
  readonly double?: number | null;
  readonly http?: HttpData | null;
}

/** An HTTP request or response on the worker's wire. */
export interface HttpData {
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly bytes?: Uint8Array | null } | null;
}

/** What the app registered, and the model that runs it. */
export interface FunctionsCore {
  readonly functions: Map<string, RegisteredFunction>;
  model(): ProgrammingModel;
}

class Disposable {
  constructor(private readonly onDispose: () => void) {}
  dispose(): void {
    this.onDispose();
  }
}

/** Log levels of the library. */
export type Log = (level: string, message: string) => void;

/**
 * Installs the virtual module, once a process. The library is CommonJS and reaches it by `require`, which is proxied
 * just as the real worker does (azure-functions-nodejs-worker, setupCoreModule.ts).
 */
export function installFunctionsCore(log: Log): FunctionsCore {
  const functions = new Map<string, RegisteredFunction>();
  let model: ProgrammingModel | undefined;
  const core = {
    version: '3.10.0',
    hostVersion: '4.1040.0',
    Disposable,
    registerHook: () => new Disposable(() => undefined),
    log: (level: string, _category: string, message: string) => log(level, message),
    setProgrammingModel: (given: ProgrammingModel) => (model = given),
    getProgrammingModel: () => model,
    registerFunction: (
      metadata: Omit<RegisteredFunction, 'callback'>,
      callback: RegisteredFunction['callback'],
    ) => {
      const key = metadata.name.toLowerCase();
      if (functions.has(key))
        throw new Error(`A function named "${metadata.name}" is registered twice; names must differ.`);
      functions.set(key, { name: metadata.name, bindings: metadata.bindings, callback });
      return new Disposable(() => functions.delete(key));
    },
  };
  proxyRequire('@azure/functions-core', core);
  return {
    functions,
    model: () => {
      if (model === undefined)
        throw new Error('The app registered nothing: does its entry import @azure/functions?');
      return model;
    },
  };
}

function proxyRequire(name: string, module: unknown): void {
  const prototype = Module.prototype as { require: (id: string) => unknown }; // Node's own, untyped
  const original = prototype.require;
  prototype.require = function (this: unknown, id: string) {
    return id === name ? module : original.call(this, id);
  };
}

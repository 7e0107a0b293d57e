/** What does `@azure/functions` ask its host for? The virtual module `@azure/functions-core`, as the worker supplies it. */
import Module from 'node:module';
import { placeOfCaller } from './place-in-app.js';

/** One binding of a function, as the library registers it. */
export interface Binding {
  readonly type: string;
  readonly direction: string;
  readonly methods?: readonly string[];
  readonly route?: string;
  readonly authLevel?: string;
  readonly schedule?: string;
  readonly runOnStartup?: boolean;
  readonly useMonitor?: boolean;
  readonly queueName?: string;
  /** Name of the setting that holds the connection string. */
  readonly connection?: string;
}

/** A function that the app has registered. */
export interface RegisteredFunction {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly callback: (...inputs: unknown[]) => unknown;
  /** Where the app registers it, such as `/app/main.js:12`; unknown where no file of the app was on the stack. */
  readonly registeredAt?: string;
  /** A retry policy of the trigger. */
  readonly retryOptions?: object;
}

/** What the library hands over to run functions with. */
export interface ProgrammingModel {
  getInvocationModel(core: object): InvocationModel;
  /** Ends the setup; answers what the app has asked of the worker beyond the defaults, by name. */
  getCapabilities?(defaults: object): Promise<Readonly<Record<string, string>>>;
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
  readonly bytes?: Uint8Array | null;
  readonly http?: HttpData | null;
}

/** An HTTP request or response on the worker's wire. */
export interface HttpData {
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly bytes?: Uint8Array | null } | null;
  readonly cookies?: readonly HttpCookie[] | null;
}

/** A value that may be absent, on the worker's wire. */
export interface Nullable<T> {
  readonly value?: T | null;
}

/** A cookie on the worker's wire. */
export interface HttpCookie {
  readonly name: string;
  readonly value?: string;
  readonly domain?: Nullable<string> | null;
  readonly path?: Nullable<string> | null;
  readonly expires?: Nullable<{ readonly seconds: number }> | null;
  readonly secure?: Nullable<boolean> | null;
  readonly httpOnly?: Nullable<boolean> | null;
  readonly sameSite?: string | null;
  readonly maxAge?: Nullable<number> | null;
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
    // A hook that is never called would let an app seem to work.
    registerHook: (name: string) => {
      throw new Error(`Hooks aren't served locally; this one is "${name}". Do its work in the handlers.`);
    },
    log: (level: string, _category: string, message: string) => log(level, message),
    setProgrammingModel: (given: ProgrammingModel) => (model = given),
    getProgrammingModel: () => model,
    registerFunction: (
      metadata: Omit<RegisteredFunction, 'callback' | 'registeredAt'>,
      callback: RegisteredFunction['callback'],
    ) => {
      const { name, bindings, retryOptions } = metadata;
      const key = name.toLowerCase();
      const known = functions.get(key);
      if (known !== undefined)
        throw new Error(
          `A function named "${name}" is registered already${atPlace(known)}; names must differ by more than case. Rename one of them.`,
        );
      const registeredAt = placeOfCaller();
      functions.set(key, {
        ...{ name, bindings, callback },
        ...(registeredAt === undefined ? {} : { registeredAt }),
        ...(retryOptions === undefined ? {} : { retryOptions }),
      });
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

/** Says where a function is registered, with a blank before it; nothing where that isn't known. */
export function atPlace({ registeredAt }: RegisteredFunction): string {
  return registeredAt === undefined ? '' : ` (${registeredAt})`;
}

function proxyRequire(name: string, module: unknown): void {
  const prototype = Module.prototype as { require: (id: string) => unknown }; // Node's own, untyped
  const original = prototype.require;
  prototype.require = function (this: unknown, id: string) {
    return id === name ? module : original.call(this, id);
  };
}

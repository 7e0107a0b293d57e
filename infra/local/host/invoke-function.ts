/** How is one function called? As the worker does it: typed data in, typed data out. */
import type { FunctionsCore, Log, RegisteredFunction, TypedData } from './functions-core.js';
import type { NextId } from './invocation-ids.js';

/** Calls functions of the app. */
export interface Invoker {
  /**
   * @param onContext sees the invocation's context before the function does
   * @throws what the function throws
   */
  invoke(
    name: string,
    data: unknown,
    triggerMetadata?: object,
    onContext?: (context: object) => void,
  ): Promise<TypedData | undefined>;
}

/** Makes an invoker; `clientPayload` is what a durable client binding gets. */
export function makeInvoker(
  core: FunctionsCore,
  clientPayload: () => object,
  log: Log,
  nextId: NextId,
): Invoker {
  return {
    async invoke(name, data, triggerMetadata = {}, onContext = () => undefined) {
      const called = core.functions.get(name.toLowerCase());
      if (called === undefined) throw new Error(`There is no function ${name}.`);
      const invocationId = nextId();
      const model = core.model().getInvocationModel({
        invocationId,
        metadata: called,
        log: (level: string, _category: string, message: string) => log(level, `${called.name}: ${message}`),
        request: {
          invocationId,
          functionId: called.name,
          inputData: inputData(called, data, clientPayload),
          triggerMetadata,
        },
      });
      const { context, inputs } = await model.getArguments();
      onContext(context);
      const result = await model.invokeFunction(context, inputs, called.callback);
      const { returnValue } = await model.getResponse(context, result);
      return returnValue ?? undefined;
    },
  };
}

function inputData({ bindings }: RegisteredFunction, data: unknown, clientPayload: () => object) {
  return Object.entries(bindings)
    .filter(([, { direction }]) => direction === 'in')
    .map(([name, { type }]) => ({
      name,
      data: type === 'durableClient' ? { json: JSON.stringify(clientPayload()) } : data,
    }));
}

/** Reads a typed value; what is no JSON is text. */
export function valueOf(data: TypedData | undefined): unknown {
  if (data === undefined) return undefined;
  if (data.json !== undefined && data.json !== null) return JSON.parse(data.json);
  // Inferred: .NET's `byte[]`, which the extension writes as JSON.
  if (data.bytes !== undefined && data.bytes !== null) return Buffer.from(data.bytes).toString('base64');
  return data.string ?? data.int ?? data.double ?? undefined;
}

/** Writes a value as the worker wants it. */
export function typed(value: unknown): TypedData | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? { string: value } : { json: JSON.stringify(value) };
}

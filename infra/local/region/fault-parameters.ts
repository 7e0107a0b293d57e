/** What may be said of a fault, and how is a wrong value told? Each parameter by its name, alike for all faults. */
import { failureShapes } from '../cloud/server-errors.js';

/** A value that can't be used; its message names the field and says what to give. */
export class WrongParameter extends Error {}

/** How a parameter is read, and what it is for people. */
interface Parameter<Value> {
  /** What to give, such as `a slot such as hq-z1-1`. */
  readonly give: string;
  /** `undefined` for what is none. */
  readonly read: (value: unknown) => Value | undefined;
}

/** Longest that a fault lasts by itself, in seconds: a day. */
const maxSeconds = 86_400;

const parameters = {
  gateway: text('a slot such as hq-z1-1'),
  site: text('the name of a site such as hq'),
  edge: text('fra4 or ams2-2'),
  secret: text('the name of a secret such as psk-hq'),
  machine: text('the start of a machine’s name such as vm-hq-z1-1'),
  zone: oneOf(['1', '2', '3']),
  size: text('a size such as Standard_D2s_v5'),
  type: text('a type such as Microsoft.Network/publicIPAddresses'),
  action: text('an action such as Microsoft.Compute/virtualMachines/write'),
  actions: listOf('actions such as Microsoft.Compute/*/read', (value) =>
    typeof value === 'string' && value !== '' ? value : undefined,
  ),
  reason: text('a sentence for people'),
  code: text('a code such as OSProvisioningTimedOut'),
  message: text('a sentence for people'),
  quota: text('cores, or a family such as standardDSv5Family'),
  limit: integer(0, 100_000),
  level: oneOf(['CanNotDelete', 'ReadOnly']),
  because: oneOf(['capacity', 'constraints']),
  event: oneOf(['Freeze', 'Reboot', 'Redeploy', 'Preempt', 'Terminate']),
  verb: oneOf(['create', 'update', 'delete', 'action']),
  shape: oneOf(['gaps', 'nan', 'future', 'none']),
  shapes: listOf(`some of ${failureShapes.join(', ')}`, (value) =>
    failureShapes.find((shape) => shape === value),
  ),
  share: {
    give: 'a number above 0, 1 at most',
    read: (value) => (typeof value === 'number' && value > 0 && value <= 1 ? value : undefined),
  } satisfies Parameter<number>,
  times: integer(1, 1000),
  retryAfterSeconds: integer(1, 3600),
  forSeconds: integer(1, maxSeconds),
};

type Parameters = typeof parameters;

/** Name of a parameter. */
export type ParameterName = keyof Parameters;

/** What is said of a fault. */
export type FaultParameters = {
  readonly [Name in ParameterName]?: Parameters[Name] extends Parameter<infer Value> ? Value : never;
};

/** What to give for a parameter, for people. */
export function giveOf(name: ParameterName): string {
  return parameters[name].give;
}

/** Says whether there is a parameter of this name. */
export function isParameter(name: string): name is ParameterName {
  return Object.hasOwn(parameters, name);
}

/** Reads one. @throws WrongParameter */
export function readParameter(name: ParameterName, value: unknown): unknown {
  const { give, read } = parameters[name];
  if (value === undefined) throw new WrongParameter(`"${name}" is missing; give ${give}.`);
  const found: unknown = read(value);
  if (found === undefined) throw new WrongParameter(`"${name}" is ${JSON.stringify(value)}; give ${give}.`);
  return found;
}

function text(give: string): Parameter<string> {
  return { give, read: (value) => (typeof value === 'string' && value !== '' ? value : undefined) };
}

function oneOf<const Value extends string>(values: readonly Value[]): Parameter<Value> {
  return { give: `one of ${values.join(', ')}`, read: (value) => values.find((known) => known === value) };
}

function integer(least: number, most: number): Parameter<number> {
  return {
    give: `a whole number from ${least} to ${most}`,
    read: (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
        ? value
        : undefined,
  };
}

function listOf<Value>(
  what: string,
  read: (value: unknown) => Value | undefined,
): Parameter<readonly Value[]> {
  return {
    give: `a list of ${what}`,
    read(value) {
      if (!Array.isArray(value) || value.length === 0) return undefined;
      const read_ = value.map(read).filter((found) => found !== undefined);
      return read_.length === value.length ? read_ : undefined;
    },
  };
}

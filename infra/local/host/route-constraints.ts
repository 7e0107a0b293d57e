/** Which values may a route's parameter take? The inline constraints of ASP.NET Core, which the Functions host resolves. */

/** Says whether a value, decoded, is allowed. */
export type Constraint = (value: string) => boolean;

/** Makes a constraint from its arguments, which are what stands between its brackets. */
type Maker = (given: readonly string[]) => Constraint;

const integer = /^[+-]?\d+$/;
const decimal = /^[+-]?(?:\d+(?:,\d{3})*\.?\d*|\.\d+)$/;
const float = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const guid = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})$/i;

/** By the names of the documentation (Microsoft Learn, 'Routing in ASP.NET Core', 'Route constraints'; September 2024). */
const makers: Readonly<Record<string, Maker>> = {
  int: none(isWithin(-(2n ** 31n), 2n ** 31n - 1n)),
  long: none(isWithin(-(2n ** 63n), 2n ** 63n - 1n)),
  bool: none((value) => /^(?:true|false)$/i.test(value)),
  datetime: none((value) => !Number.isNaN(Date.parse(value))),
  decimal: none((value) => decimal.test(value)),
  double: none((value) => float.test(value)),
  float: none((value) => float.test(value)),
  guid: none((value) => guid.test(value)),
  alpha: none((value) => /^[a-z]*$/i.test(value)),
  required: none((value) => value !== ''),
  minlength: numbers(
    1,
    1,
    ([least = 0]) =>
      ({ length }) =>
        length >= least,
  ),
  maxlength: numbers(
    1,
    1,
    ([most = 0]) =>
      ({ length }) =>
        length <= most,
  ),
  length: numbers(
    1,
    2,
    ([least = 0, most = least]) =>
      ({ length }) =>
        length >= least && length <= most,
  ),
  min: numbers(
    1,
    1,
    ([least = 0]) =>
      (value) =>
        integer.test(value) && Number(value) >= least,
  ),
  max: numbers(
    1,
    1,
    ([most = 0]) =>
      (value) =>
        integer.test(value) && Number(value) <= most,
  ),
  range: numbers(
    2,
    2,
    ([least = 0, most = 0]) =>
      (value) =>
        integer.test(value) && Number(value) >= least && Number(value) <= most,
  ),
  // Ignores case and finds a part, as the real one does.
  regex: (given) => {
    const pattern = new RegExp(given.join(','), 'i');
    return (value) => pattern.test(value);
  },
};

/**
 * Reads one constraint, such as `int` or `length(2,5)`.
 *
 * @throws Error that names a constraint which isn't known, or whose arguments are wrong
 */
export function readConstraint(text: string): Constraint {
  const [, name = '', given] = /^([^()]*)(?:\((.*)\))?$/.exec(text) ?? [];
  const maker = Object.hasOwn(makers, name.toLowerCase()) ? makers[name.toLowerCase()] : undefined;
  if (maker === undefined)
    throw new Error(
      `the constraint "${text}" isn't known; known are ${Object.keys(makers).sort().join(', ')}`,
    );
  try {
    return maker(given === undefined ? [] : given.split(','));
  } catch (error) {
    throw new Error(
      `the constraint "${text}" can't be read: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

function none(constraint: Constraint): Maker {
  return (given) => {
    if (given.length > 0) throw new Error('it takes no arguments');
    return constraint;
  };
}

function numbers(least: number, most: number, make: (given: readonly number[]) => Constraint): Maker {
  return (given) => {
    const read = given.map((word) => (integer.test(word.trim()) ? Number(word) : Number.NaN));
    if (read.length < least || read.length > most || read.some(Number.isNaN))
      throw new Error(`it takes ${least === most ? least : `${least} or ${most}`} whole numbers`);
    return make(read);
  };
}

function isWithin(least: bigint, most: bigint): Constraint {
  return (value) => integer.test(value) && BigInt(value) >= least && BigInt(value) <= most;
}

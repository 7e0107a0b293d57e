/** What did a turn ask for? The actions since the start, with the ids that the SDK gives them. */

/** An action on the out-of-process wire. */
export interface Action {
  readonly actionType: number;
  readonly functionName?: string;
  readonly input?: unknown;
  readonly fireAt?: string;
  readonly isCanceled?: boolean;
  readonly compoundActions?: readonly Action[];
}

/** An action that the host has to do: an activity or a timer, under its id. */
export interface Leaf {
  readonly id: number;
  readonly action: Action;
}

/** All leaves of a turn, and the input of the next run when it asked to continue as new. */
export interface TurnActions {
  readonly leaves: readonly Leaf[];
  readonly continueAsNew?: { readonly input: unknown };
  /** One word an action, to compare turns by. */
  readonly signature: readonly string[];
}

/** Action types of the SDK. */
const activity = 0;
const continueAsNew = 4;
const timer = 5;
const all = 12;

const unsupported: Readonly<Record<number, string>> = {
  1: 'an activity with retry options',
  2: 'a sub-orchestration',
  3: 'a sub-orchestration with retry options',
  6: 'waiting for an external event',
  7: 'calling an entity',
  8: 'callHttp',
  9: 'signalling an entity',
  11: 'Task.any',
  13: 'locking entities',
  14: 'releasing entities',
};

/**
 * Reads the actions of a turn, which are cumulative since the start, in the order in which the SDK numbers them.
 *
 * @throws Error that names a feature which this host doesn't serve
 */
export function readActions(actions: readonly Action[]): TurnActions {
  const leaves: Leaf[] = [];
  const signature: string[] = [];
  let next: { readonly input: unknown } | undefined;
  const visit = (action: Action): void => {
    switch (action.actionType) {
      case activity:
      case timer:
        signature.push(action.actionType === timer ? 'timer' : `activity ${action.functionName ?? ''}`);
        leaves.push({ id: leaves.length, action });
        return;
      case all:
        signature.push(`all of ${action.compoundActions?.length ?? 0}`);
        for (const part of action.compoundActions ?? []) visit(part);
        return;
      case continueAsNew:
        next = { input: action.input };
        return;
      default:
        throw new Error(
          `The local host does not serve ${unsupported[action.actionType] ?? `action ${action.actionType}`}.`,
        );
    }
  };
  for (const action of actions) visit(action);
  return { leaves, signature, ...(next === undefined ? {} : { continueAsNew: next }) };
}

/**
 * Compares a turn with the one before: a replayed generator has to ask for the same again.
 *
 * @returns what differs and the likely cause, or `undefined`
 */
export function deviation(before: readonly string[], now: readonly string[]): string | undefined {
  const at = before.findIndex((word, index) => word !== now[index]);
  if (at < 0) return undefined;
  return `Not deterministic: action ${at} was "${before[at] ?? ''}", replayed it is "${now[at] ?? 'missing'}". Does the orchestrator read a clock, randomness, the environment, or code that was changed under a running instance?`;
}

/** What did a turn ask for? The actions since the start, on the out-of-process wire. */

/** Types of actions that are served, by the SDK's numbers. */
export const actionType = { activity: 0, activityWithRetry: 1, continueAsNew: 4, timer: 5, all: 12 } as const;

/** An action on the wire. */
export interface Action {
  readonly actionType: number;
  readonly functionName?: string;
  readonly input?: unknown;
  readonly fireAt?: string | null;
  readonly isCanceled?: boolean;
  readonly retryOptions?: RetryOptions;
  readonly compoundActions?: readonly Action[];
}

/** Retry options as the SDK sends them (its `RetryOptions`, the extension's `RetryOptionsConverter`). */
export interface RetryOptions {
  readonly firstRetryIntervalInMilliseconds: number;
  readonly maxNumberOfAttempts: number;
  readonly backoffCoefficient?: number;
  readonly maxRetryIntervalInMilliseconds?: number;
  readonly retryTimeoutInMilliseconds?: number;
}

/** What the SDK can ask for besides. */
const unsupported: Readonly<Record<number, string>> = {
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
 * Says why a turn's actions can't be served.
 *
 * @param knows whether there is an activity of that name
 * @returns the reason, or `undefined` when all of them can
 */
export function refusalOf(
  actions: readonly Action[],
  knows: (activity: string) => boolean,
): string | undefined {
  for (const action of actions) {
    const refusal = refusalOfOne(action, knows);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function refusalOfOne(action: Action, knows: (activity: string) => boolean): string | undefined {
  switch (action.actionType) {
    case actionType.activity:
    case actionType.activityWithRetry: {
      const { functionName = '', retryOptions } = action;
      // The extension's words (DurableTaskExtension.ThrowIfFunctionDoesNotExist).
      if (!knows(functionName))
        return `The function '${functionName}' doesn't exist, is disabled, or is not an activity function.`;
      // The real engine would try it no time at all, and the orchestration would wait for ever.
      if (retryOptions !== undefined && !(retryOptions.maxNumberOfAttempts >= 1))
        return `${functionName} is called with maxNumberOfAttempts ${retryOptions.maxNumberOfAttempts}; give 1 or more.`;
      return undefined;
    }
    case actionType.timer:
      // The extension can't read it as a time; the SDK sends a Date that is none as null.
      return Number.isNaN(Date.parse(action.fireAt ?? ''))
        ? 'A timer is set to a Date that is no time (NaN); look at what it is computed from.'
        : undefined;
    case actionType.continueAsNew:
      return undefined;
    case actionType.all:
      return refusalOf(action.compoundActions ?? [], knows);
    default:
      return `The local host does not serve ${unsupported[action.actionType] ?? `action ${action.actionType}`}.`;
  }
}

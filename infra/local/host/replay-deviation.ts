/** Does a replay ask for what it asked for before? Each turn's actions are held against those of the turn before. */
import { eventName, eventType, type HistoryEvent } from './history-event.js';
import { actionType, type Action } from './replay-actions.js';

/** What is known of an instance when its turns are compared. */
export interface Played {
  readonly actions: readonly Action[];
  readonly history: readonly HistoryEvent[];
  /** The number of the activity or timer that stands at a place such as `3.1`. */
  readonly idAt: (place: string) => number | undefined;
}

/** One action, or the head of a compound one, with its place. */
interface Step {
  readonly place: string;
  readonly action: Action;
}

/**
 * Compares a turn with the one before: a replayed generator has to ask for the same again, and may then go on.
 *
 * @returns the action that differs, where it stands in the history, and the likely cause; or `undefined`
 */
export function deviation(played: Played, now: readonly Action[]): string | undefined {
  if (played.actions.every((action, index) => isSame(action, now[index]))) return undefined;
  const [before, after] = [stepsOf(played.actions), stepsOf(now)];
  const at = before.findIndex(({ action }, index) => !isSameStep(action, after[index]?.action));
  const was = before[at];
  if (was === undefined) return undefined; // some action differs, so some step does
  const is = after[at];
  return [
    `Not deterministic: action ${at} was ${described(was.action)}, replayed it is ${described(is?.action)}.`,
    position(played, was),
    likelyCause(before, after, at),
  ].join(' ');
}

/** The place of the first action that isn't as before in every way; a timer that was cancelled since isn't. */
export function changedFrom(before: readonly Action[], now: readonly Action[]): number {
  const at = before.findIndex((action, index) => !isSameWholly(action, now[index]));
  return at < 0 ? before.length : at;
}

function isSameWholly(before: Action, now: Action | undefined): boolean {
  if (now === undefined || before.isCanceled !== now.isCanceled || !isSameStep(before, now)) return false;
  const parts = now.compoundActions ?? [];
  return (before.compoundActions ?? []).every((part, index) => isSameWholly(part, parts[index]));
}

/** Cancelled timers are the one thing that may change afterwards: `cancel()` marks the action that is already there. */
function isSame(before: Action, now: Action | undefined): boolean {
  if (now === undefined || !isSameStep(before, now)) return false;
  const parts = now.compoundActions ?? [];
  return (before.compoundActions ?? []).every((part, index) => isSame(part, parts[index]));
}

function isSameStep(before: Action, now: Action | undefined): boolean {
  return (
    now?.actionType === before.actionType &&
    now.functionName === before.functionName &&
    now.fireAt === before.fireAt &&
    now.compoundActions?.length === before.compoundActions?.length &&
    isSameValue(before.input, now.input) &&
    isSameValue(before.retryOptions, now.retryOptions)
  );
}

function isSameValue(before: unknown, now: unknown): boolean {
  return Object.is(before, now) || JSON.stringify(before) === JSON.stringify(now);
}

function stepsOf(actions: readonly Action[], within = ''): readonly Step[] {
  return actions.flatMap((action, index) => {
    const place = `${within}${index}`;
    return [{ place, action }, ...stepsOf(action.compoundActions ?? [], `${place}.`)];
  });
}

/** Longest input that is shown; it may hold anything. */
const shownLetters = 120;

function described(action: Action | undefined): string {
  if (action === undefined) return 'missing';
  switch (action.actionType) {
    case actionType.timer:
      return `"timer" at ${action.fireAt ?? ''}`;
    case actionType.all:
      return `"all of ${action.compoundActions?.length ?? 0}"`;
    case actionType.continueAsNew:
      return `"continueAsNew" with input ${shown(action.input)}`;
    default:
      return `"activity ${action.functionName ?? ''}" with input ${shown(action.input)}`;
  }
}

function shown(value: unknown): string {
  const text = value === undefined ? 'none' : JSON.stringify(value);
  return text.length > shownLetters ? `${text.slice(0, shownLetters)}…` : text;
}

function position({ history, idAt }: Played, { place }: Step): string {
  const id = idAt(place) ?? idAt(`${place}.0`);
  const at = history.findIndex(
    ({ EventType, EventId }) =>
      EventId === id && (EventType === eventType.taskScheduled || EventType === eventType.timerCreated),
  );
  const event = history[at];
  if (event === undefined) return `It is not in the history of ${history.length} events yet.`;
  return `It is event ${at} of ${history.length} in the history, ${eventName(event.EventType)} ${event.EventId} of ${event.Timestamp}.`;
}

/** A cause in the words of who has to find it. A guess: only the actions are known. */
function likelyCause(before: readonly Step[], after: readonly Step[], at: number): string {
  const was = before[at]?.action;
  const is = after[at]?.action;
  if (was === undefined) return '';
  if (is === undefined)
    return 'Likely cause: it asked for less than before: a branch on the environment or on a value kept in a module, or code that was changed under a running instance.';
  if (was.actionType === is.actionType && was.fireAt !== is.fireAt)
    return 'Likely cause: a clock (Date.now, new Date()); take context.df.currentUtcDateTime.';
  const isSameCall = was.actionType === is.actionType && was.functionName === is.functionName;
  if (isSameCall && was.compoundActions?.length !== is.compoundActions?.length)
    return 'Likely cause: the list that is fanned out over changed: the answer of some I/O, the environment, or a value kept in a module.';
  if (isSameCall) return `Likely cause: ${causeOfInput(was.input, is.input)}`;
  if (isInserted(before, after, at))
    return 'Likely cause: an action was put before it: code that was changed under a running instance (see df.version), or a branch on the environment.';
  if (isReordered(before, after))
    return 'Likely cause: another order of iteration, such as over a Set, a Map, the keys of an object, or answers as they came.';
  return 'Likely cause: a branch on a clock, randomness, the environment, the answer of some I/O, or a value kept in a module; or code that was changed under a running instance (see df.version).';
}

function causeOfInput(was: unknown, is: unknown): string {
  const texts = [was, is].map(shown);
  // A date, or milliseconds since 2001 to 2286.
  if (texts.every((text) => /\d{4}-\d\d-\d\dT\d\d:|\b1?\d{12}\b/.test(text)))
    return 'a clock in the input (Date.now, new Date()); take context.df.currentUtcDateTime.';
  if (texts.every((text) => /[0-9a-f]{8}-[0-9a-f]{4}-|0\.\d{6,}/i.test(text)))
    return 'randomness in the input (Math.random, crypto.randomUUID); take context.df.newGuid, or draw it in an activity.';
  return 'the input comes from randomness, the environment, the answer of some I/O, or a value kept in a module between turns.';
}

function isInserted(before: readonly Step[], after: readonly Step[], at: number): boolean {
  const rest = before.slice(at);
  const shift = after.length - before.length;
  return (
    shift > 0 && rest.every(({ action }, index) => isSameStep(action, after[at + shift + index]?.action))
  );
}

function isReordered(before: readonly Step[], after: readonly Step[]): boolean {
  const words = (steps: readonly Step[]) => steps.map(({ action }) => described(action)).sort();
  const [had, has] = [words(before), words(after)];
  return had.every((word) => has.includes(word));
}

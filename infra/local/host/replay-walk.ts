/**
 * Which activities and timers is it the turn of? The extension walks a turn's actions against the history, one after
 * another, and numbers what it begins; the SDK numbers by the same order. The extension's `OutOfProcOrchestrationShim`
 * starts from the beginning each turn; this walk goes on from where it stood, so that a long history costs no more.
 */
import { endedBy, eventType, type HistoryEvent } from './history-event.js';
import { actionType, type Action } from './replay-actions.js';

/** An activity or a timer that has to be begun, under its number. */
export type Leaf =
  | { readonly kind: 'activity'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly kind: 'timer'; readonly id: number; readonly fireAt: string };

/** Is told how a task ended. */
type Done = (isWell: boolean) => void;

const dayMs = 24 * 3600 * 1000;

/** A longer timer is split (Azure Storage's `MaximumDelayTime`; the trigger tells the SDK the same). */
export const longestTimerMs = 6 * dayMs;

/** The length of its parts (`LongRunningTimerIntervalLength`). */
export const timerPartMs = 3 * dayMs;

/** Longest pause between two tries unless told (`RetryOptions.DefaultMaxRetryinterval` of the extension). */
const longestRetryMs = 6 * dayMs;

/** The walk of one run. */
export class ReplayWalk {
  /** Why the walk can't go on as the real one would; the instance has to fail with it. */
  refusal: string | undefined;
  /** What the next run begins with, once the walk has come to `continueAsNew`. */
  next: { readonly input: unknown } | undefined;

  private actions: readonly Action[] = [];
  private cursor = 0;
  private isFree = false;
  private nextId = 0;
  private nowMs = 0;
  private fresh: Leaf[] = [];
  private readonly open = new Map<number, Done>();
  /** Cancels of timers that run, and the number that an action got first, by its place among the actions. */
  private readonly cancels = new Map<string, () => void>();
  private readonly ids = new Map<string, number>();

  /** Takes the actions of a turn; those of the turns before come first, unchanged but for cancelled timers. */
  extend(actions: readonly Action[]): void {
    this.actions = actions;
    for (const [place, cancel] of this.cancels) if (isCancelled(actions, place)) cancel();
    this.advance();
  }

  /** Takes the next event of the history. */
  feed(event: HistoryEvent): void {
    if (event.EventType === eventType.orchestratorStarted) this.nowMs = Date.parse(event.Timestamp);
    if (event.EventType === eventType.executionStarted) this.isFree = true;
    const ended = endedBy(event);
    if (ended !== undefined) {
      const done = this.open.get(ended);
      this.open.delete(ended);
      done?.(event.EventType !== eventType.taskFailed);
    }
    this.advance();
  }

  /** What has to be begun since this was asked last. */
  takeFresh(): readonly Leaf[] {
    const taken = this.fresh;
    this.fresh = [];
    return taken;
  }

  /** All that was asked for has ended; before that an orchestration is not over, whatever it has returned. */
  isThrough(): boolean {
    return this.isFree && this.cursor === this.actions.length;
  }

  /** Nothing that was begun is still to end, not even a timer that was cancelled: nothing wakes the orchestrator any more. */
  isIdle(): boolean {
    return this.open.size === 0;
  }

  /** The number of the first activity or timer that the action at a place such as `3.1` began. */
  idAt(place: string): number | undefined {
    return this.ids.get(place);
  }

  private advance(): void {
    for (let action = this.actions[this.cursor]; this.isFree && action !== undefined;) {
      const place = String(this.cursor++);
      this.isFree = false;
      this.begin(action, place, () => (this.isFree = true));
      action = this.actions[this.cursor];
    }
  }

  private begin(action: Action, place: string, done: Done): void {
    switch (action.actionType) {
      case actionType.activity:
        this.activity(action, place, done);
        return;
      case actionType.activityWithRetry:
        this.retry(action, place, done);
        return;
      case actionType.timer:
        this.timer(action, place, done);
        return;
      case actionType.continueAsNew:
        this.next = { input: action.input };
        done(true);
        return;
      default:
        this.all(action.compoundActions ?? [], place, done);
    }
  }

  /** Also waits for the others when one has failed, as the extension does: it awaits all of them. */
  private all(parts: readonly Action[], place: string, done: Done): void {
    let open = parts.length;
    let areWell = true;
    for (const [index, part] of parts.entries())
      this.begin(part, `${place}.${index}`, (isWell) => {
        areWell &&= isWell;
        if (--open === 0) done(areWell);
      });
  }

  private activity({ functionName: name = '', input }: Action, place: string, done: Done): void {
    this.begun({ kind: 'activity', id: this.nextId++, name, input }, place, done);
  }

  /** The extension's `RetryInterceptor`: pauses are timers, also one after the last try, which fires at once. */
  private retry(action: Action, place: string, done: Done): void {
    const options = action.retryOptions ?? { firstRetryIntervalInMilliseconds: 1, maxNumberOfAttempts: 1 };
    const { backoffCoefficient = 1, maxRetryIntervalInMilliseconds: longest = longestRetryMs } = options;
    const endMs = this.nowMs + (options.retryTimeoutInMilliseconds ?? Infinity);
    const attempt = (failed: number): void => {
      this.activity(action, place, (isWell) => {
        const pauseMs = options.firstRetryIntervalInMilliseconds * backoffCoefficient ** failed;
        if (isWell) done(true);
        else if (failed + 1 >= options.maxNumberOfAttempts)
          this.timerPart(this.nowMs, place, () => done(false));
        else if (this.nowMs >= endMs) this.refusal = timeoutRefusal(action);
        else this.timerPart(this.nowMs + Math.min(pauseMs, longest), place, () => attempt(failed + 1));
      });
    };
    attempt(0);
  }

  /** The extension's `CreateTimer`: a long timer is a chain of parts. A cancelled one is over, though it still fires. */
  private timer({ fireAt, isCanceled = false }: Action, place: string, done: Done): void {
    const endMs = Date.parse(fireAt ?? '');
    let isOver = false;
    const end = (isWell: boolean): void => {
      if (isOver) return;
      isOver = true;
      this.cancels.delete(place);
      done(isWell);
    };
    const part = (): void => {
      const leftMs = endMs - this.nowMs;
      const partMs = isLong && leftMs >= timerPartMs ? timerPartMs : leftMs;
      this.timerPart(this.nowMs + partMs, place, () => {
        if (isOver) return;
        if (!isLong || this.nowMs >= endMs) end(true);
        else part();
      });
    };
    const isLong = endMs - this.nowMs > longestTimerMs;
    this.cancels.set(place, () => end(false));
    part();
    if (isCanceled) end(false);
  }

  private timerPart(fireMs: number, place: string, done: Done): void {
    this.begun({ kind: 'timer', id: this.nextId++, fireAt: new Date(fireMs).toISOString() }, place, done);
  }

  private begun(leaf: Leaf, place: string, done: Done): void {
    if (!this.ids.has(place)) this.ids.set(place, leaf.id);
    this.open.set(leaf.id, done);
    this.fresh.push(leaf);
  }
}

/** Inferred from both sources: the extension gives up without a timer, and the SDK waits for that timer. */
function timeoutRefusal({ functionName = '' }: Action): string {
  return `The retries of ${functionName} ran into retryTimeoutInMilliseconds. The real engine then leaves a JavaScript orchestration waiting for ever; limit them by maxNumberOfAttempts.`;
}

function isCancelled(actions: readonly Action[], place: string): boolean {
  let among: readonly Action[] = actions;
  let found: Action | undefined;
  for (const index of place.split('.')) {
    found = among[Number(index)];
    among = found?.compoundActions ?? [];
  }
  return found?.isCanceled === true;
}

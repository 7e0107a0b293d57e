/** How do timer triggers fire? One timer each, set anew once its function has ended, so that no two of its ticks overlap. */
import { resolveSettings, type AppSettings } from './app-settings.js';
import type { Binding, Log, RegisteredFunction } from './functions-core.js';
import type { Invoker } from './invoke-function.js';
import { longestTimeoutMs } from './longest-timeout.js';
import { afterTick, judgeStart, type ScheduleStatus } from './past-due.js';
import { isFrequent, readSchedule, type Schedule } from './schedule.js';
import { statusOnWire, type TimerMonitor } from './timer-monitor.js';

/** What timers are run with. */
export interface TimerTools {
  readonly invoker: Invoker;
  readonly monitor: TimerMonitor;
  readonly settings: AppSettings;
  readonly log: Log;
}

/**
 * Starts every timer trigger; the answer stops them, and ends when no function of theirs runs any more.
 *
 * @throws Error that names a schedule which can't be read
 */
export function startTimers(functions: Iterable<RegisteredFunction>, tools: TimerTools): () => Promise<void> {
  const timers = [...functions].flatMap(({ name, bindings }) => {
    const trigger = Object.values(bindings).find(({ type }) => type === 'timerTrigger');
    return trigger === undefined ? [] : [new TimerTrigger(name, trigger, tools)];
  });
  return async () => {
    await Promise.all(timers.map((timer) => timer.stop()));
  };
}

/** One timer, as TimerListener of azure-webjobs-sdk-extensions drives it. */
class TimerTrigger {
  readonly #schedule: Schedule;
  /** Frequent schedules are never watched (TimerSchedule.cs). */
  readonly #isMonitored: boolean;
  #status: ScheduleStatus | undefined;
  #pending: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(
    private readonly name: string,
    trigger: Binding,
    private readonly tools: TimerTools,
  ) {
    this.#schedule = readSchedule(resolveSettings(trigger.schedule ?? '', tools.settings));
    this.#isMonitored = (trigger.useMonitor ?? true) && !isFrequent(this.#schedule);
    this.#warn();
    const now = new Date();
    const kept = this.#isMonitored ? tools.monitor.read(name) : undefined;
    const start = judgeStart(this.#schedule, kept, now);
    this.#status = start?.status;
    if (start !== undefined) this.#keep(start.status);
    // Not called from here: a start shouldn't wait for a function.
    if (start?.isPastDue === true) this.#arm(now, { isPastDue: true });
    else if (trigger.runOnStartup === true) this.#arm(now, { isPastDue: false });
    else this.#armNext();
  }

  /** Fires no more, and waits for the function if it runs. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#pending);
    await this.#running;
  }

  #armNext(): void {
    if (this.#status !== undefined) this.#arm(this.#status.next, { isPastDue: false });
  }

  #arm(at: Date, how: { readonly isPastDue: boolean }): void {
    if (this.#isStopped) return;
    const wait = Math.max(0, at.getTime() - Date.now());
    const fire = () => {
      // A timer may come a little early, and one that waits for long comes in between.
      if (Date.now() < at.getTime()) this.#arm(at, how);
      else this.#running = this.#tick(how);
    };
    // The real host splits longer waits too.
    this.#pending = setTimeout(fire, Math.min(wait, longestTimeoutMs));
  }

  /** Never throws. The next tick is reckoned from when this one began: one that was missed meanwhile follows at once. */
  async #tick({ isPastDue }: { readonly isPastDue: boolean }): Promise<void> {
    const invokedAt = new Date();
    const info = {
      Schedule: { AdjustForDST: true },
      ScheduleStatus: this.#isMonitored && this.#status !== undefined ? statusOnWire(this.#status) : null,
      IsPastDue: isPastDue,
    };
    if (isPastDue) this.tools.log('warning', `${this.name} is past due: a tick was missed.`);
    try {
      await this.tools.invoker.invoke(this.name, { json: JSON.stringify(info) });
    } catch (error) {
      this.#complain('failed', error);
    }
    this.#status = afterTick(this.#schedule, invokedAt);
    if (this.#status !== undefined) this.#keep(this.#status);
    this.#armNext();
  }

  #keep(status: ScheduleStatus): void {
    if (!this.#isMonitored) return;
    try {
      this.tools.monitor.write(this.name, status);
    } catch (error) {
      this.#complain('keeps no status, so a tick may be missed', error);
    }
  }

  #warn(): void {
    if (this.#schedule.kind === 'interval')
      this.tools.log(
        'warning',
        `${this.name} has a time span as its schedule, which fires in Azure on an App Service plan alone.`,
      );
    if ((this.tools.settings['WEBSITE_TIME_ZONE'] ?? '') !== '')
      this.tools.log('warning', `WEBSITE_TIME_ZONE isn't obeyed locally: ${this.name} fires in UTC.`);
  }

  #complain(what: string, error: unknown): void {
    this.tools.log(
      'error',
      `${this.name} ${what}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

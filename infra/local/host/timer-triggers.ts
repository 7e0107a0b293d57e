/** How do timer triggers fire? One timer each, set anew after each tick. */
import type { Log, RegisteredFunction } from './functions-core.js';
import type { Invoker } from './invoke-function.js';
import { nextFire, readSchedule } from './schedule.js';

/** Starts every timer trigger; the answer stops them. */
export function startTimers(functions: Iterable<RegisteredFunction>, invoker: Invoker, log: Log): () => void {
  const pending = new Map<string, NodeJS.Timeout>();
  for (const { name, bindings } of functions) {
    const trigger = Object.values(bindings).find(({ type }) => type === 'timerTrigger');
    if (trigger === undefined) continue;
    const schedule = readSchedule(trigger.schedule ?? '');
    const arm = (last: Date) => {
      const next = nextFire(schedule, last);
      if (next === undefined) return;
      const wait = Math.max(0, next.getTime() - Date.now());
      pending.set(
        name,
        setTimeout(() => void tick(next), wait),
      );
    };
    const tick = async (at: Date) => {
      const following = nextFire(schedule, at)?.toISOString() ?? '';
      const info = {
        Schedule: { AdjustForDST: true },
        ScheduleStatus: { Last: at.toISOString(), LastUpdated: at.toISOString(), Next: following },
        IsPastDue: Date.now() - at.getTime() > 60_000,
      };
      arm(new Date(Math.max(at.getTime(), Date.now())));
      try {
        await invoker.invoke(name, { json: JSON.stringify(info) });
      } catch (error) {
        log('error', `${name} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    };
    arm(new Date());
  }
  return () => {
    for (const timer of pending.values()) clearTimeout(timer);
    pending.clear();
  };
}

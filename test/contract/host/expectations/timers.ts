/** When do timer triggers fire, and what are they told? */
import { expect } from '@jest/globals';
import type { ContractClient } from '../contract-client.js';
import { learn, type Expectation } from '../expectation.js';

const timers = (file: string) => `azure-webjobs-sdk-extensions, Extensions/Timers/${file}`;

/** What a timer's function is told. */
interface Told {
  readonly isPastDue: boolean;
  readonly scheduleStatus: {
    readonly last: string;
    readonly next: string;
    readonly lastUpdated: string;
  } | null;
}

async function ticks(client: ContractClient, name: string, count: number) {
  const notes = await client.notesOnce(name, count);
  return notes.map(({ what, atMs }) => ({ ...(what as Told), atMs })); // the library's Timer
}

/** Which minute a tick belongs to; it may come a second early, or half a minute late on a busy machine and a scaled clock. */
function minuteOf(atMs: number): number {
  expect((atMs + 1000) % 60_000).toBeLessThan(31_000);
  return Math.floor((atMs + 1000) / 60_000);
}

export const timersThatRun: readonly Expectation[] = [
  {
    name: 'timer trigger: fires at the seconds that its schedule names',
    source: learn('Timer trigger for Azure Functions, NCRONTAB expressions'),
    check: async (client) => {
      const [one, other] = await ticks(client, 'everyMinute', 2);
      expect(minuteOf(other?.atMs ?? 0) - minuteOf(one?.atMs ?? 0)).toBe(1);
    },
  },
  {
    name: 'timer trigger: a schedule may be a setting',
    source: learn('Timer trigger for Azure Functions, Configuration'),
    check: async (client) => {
      expect((await ticks(client, 'everyMinute', 1)).length).toBeGreaterThan(0);
    },
  },
  {
    name: 'timer trigger: its status tells this tick as the next and the one before as the last',
    source: timers('Scheduling/ScheduleStatus.cs'),
    check: async (client) => {
      const [one, other] = await ticks(client, 'everyMinute', 2);
      const told = (time: string | undefined) => minuteOf(Date.parse(time ?? ''));
      expect(told(other?.scheduleStatus?.next)).toBe(minuteOf(other?.atMs ?? 0));
      expect(told(other?.scheduleStatus?.last)).toBe(minuteOf(one?.atMs ?? 0));
      expect(other?.isPastDue).toBe(false);
    },
  },
  {
    name: 'timer trigger: one that ticks more than once a minute has no status',
    source: timers('Scheduling/TimerSchedule.cs, ShouldDisableScheduleMonitor'),
    check: async (client) => {
      const [one] = await ticks(client, 'everySecond', 1);
      expect(one).toMatchObject({ isPastDue: false, scheduleStatus: null });
    },
  },
  {
    name: 'timer trigger: no two ticks of one function overlap',
    source: timers('Listener/TimerListener.cs, HandleTimerEvent'),
    check: async (client) => {
      const notes = (await client.notesOnce('slow', 4)).slice(0, 4);
      expect(notes.map(({ what }) => what)).toEqual(['begins', 'ends', 'begins', 'ends']);
    },
  },
  {
    name: 'timer trigger: a function that is switched off doesn’t fire',
    source: learn('How to disable functions in Azure Functions'),
    check: async (client) => {
      await ticks(client, 'everySecond', 2);
      expect(await client.notes('switchedOffTimer')).toEqual([]);
    },
  },
  {
    name: 'timer trigger: fires as the host starts where it is wished',
    source: learn('Timer trigger for Azure Functions, runOnStartup'),
    check: async (client) => {
      const [one] = await ticks(client, 'atStart', 1);
      expect(one?.isPastDue).toBe(false);
    },
  },
];

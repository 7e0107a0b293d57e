/** What outlives a restart? The first part runs before the host is stopped, the check after it was started again. */
import { expect } from '@jest/globals';
import type { ContractClient } from '../contract-client.js';
import { learn, type Expectation } from '../expectation.js';

/** What is begun before the restart. */
export interface BeforeRestart {
  readonly sleeping: string;
  readonly done: string;
}

/** Begins what is to outlive the restart. */
export async function beforeRestart(client: ContractClient): Promise<BeforeRestart> {
  await client.notesOnce('everyMinute', 1);
  const done = (await client.run('echo', 'kept')).instanceId;
  const sleeping = await client.start('waitAndNote', { subject: 'woken', seconds: 70 });
  await client.becomes(sleeping, 'Running');
  return { sleeping, done };
}

/** Seconds of its own that the host is down: longer than a minute's tick and than what sleeps. */
export const downSeconds = 80;

/** Expectations of a host that was down for so long. */
export function afterRestart(before: () => BeforeRestart): readonly Expectation[] {
  return [
    {
      name: 'restart: a tick that was missed is made up for once, as past due',
      source: learn('Timer trigger for Azure Functions, Usage, isPastDue'),
      check: async (client) => {
        const notes = await client.notesOnce('everyMinute', 2);
        const pastDue = notes.map(({ what }) => (what as { isPastDue: boolean }).isPastDue); // the library's Timer
        expect(pastDue.slice(0, 2)).toEqual([true, false]);
      },
    },
    {
      name: 'restart: an instance that is over is still known',
      source: learn('Durable orchestrations, Reliability'),
      check: async (client) => {
        expect(await client.status(before().done)).toMatchObject({
          runtimeStatus: 'Completed',
          output: 'kept',
        });
      },
    },
    {
      name: 'restart: an orchestration goes on, and its timer fires though it came while the host was down',
      source: learn('Durable orchestrations, Reliability'),
      check: async (client) => {
        expect(await client.outcome(before().sleeping)).toMatchObject({
          runtimeStatus: 'Completed',
          output: 'went on',
        });
        expect(await client.notes('woken')).toHaveLength(1);
      },
    },
  ];
}

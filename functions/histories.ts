/** Which histories are thrown away? Those of runs that are over and began a week ago or longer, once a day. */
import { app, type InvocationContext, type Timer } from '@azure/functions';
import * as df from 'durable-functions';

/** Days that the history of a run is kept: an incident is looked into within them. */
export const historyDays = 7;

const dayMs = 24 * 3600 * 1000;

/** Throws them away; what is still at work is left alone, however old. */
export async function purgeHistories(now: Date, context: InvocationContext): Promise<void> {
  const { Completed, Failed, Terminated } = df.OrchestrationRuntimeStatus;
  const { instancesDeleted } = await df.getClient(context).purgeInstanceHistoryBy({
    createdTimeFrom: new Date(0), // without one, the extension refuses (its `HttpApiHandler`)
    createdTimeTo: new Date(now.getTime() - historyDays * dayMs),
    runtimeStatus: [Completed, Failed, Terminated],
  });
  context.log(`${instancesDeleted} histories of more than ${historyDays} days ago were thrown away.`);
}

/** Registers the daily timer, off the full hour, when all the world's timers fire. */
export function registerHistories(): void {
  app.timer('histories', {
    schedule: '0 17 3 * * *',
    extraInputs: [df.input.durableClient()],
    handler: (_timer: Timer | undefined, context: InvocationContext) => purgeHistories(new Date(), context),
  });
}

/** Who waits when Azure asks to slow down? The plan, which an operator can see; never a call that sits in an activity. */
import type { PipelinePolicy } from '@azure/core-rest-pipeline';

/** Where the seconds of a refusal stand from then on. */
export const waitHeader = 'x-tunnelkeeper-retry-after';

/** What the SDKs wait for by themselves when it names seconds. */
const refusedForNow: readonly number[] = [429, 503];

/**
 * The SDKs obey Retry-After of a 429 or a 503 by sleeping as long as it says, minutes and more, and outlive the
 * activity that called them. This policy takes the header out of their sight; the problem still tells the seconds.
 */
export const leaveWaitingToPlan: PipelinePolicy = {
  name: 'tunnelkeeperLeaveWaitingToPlan',
  async sendRequest(request, next) {
    const response = await next(request);
    const { status, headers } = response;
    const seconds = refusedForNow.includes(status) ? headers.get('retry-after') : undefined;
    if (seconds === undefined) return response;
    headers.delete('retry-after');
    headers.set(waitHeader, seconds);
    return response;
  },
};

/** Who waits when Azure asks to slow down? The plan, which an operator can see; never a call that sits in an activity. */
import type { PipelinePolicy } from '@azure/core-rest-pipeline';

/** Where the seconds of a refusal stand from then on. */
export const waitHeader = 'x-tunnelkeeper-retry-after';

/** What the SDKs wait for by themselves when it names seconds. */
const refusedForNow: readonly number[] = [429, 503];

/**
 * What a call may wait for by itself, in seconds. A look asks some twenty times and is in vain if one of them is: where
 * a share of calls is refused for a moment, as by a bucket that refills each second, it would never succeed.
 */
const shortSeconds = 10;

/**
 * The SDKs obey Retry-After of a 429 or a 503 by sleeping as long as it says, minutes and more, and outlive the
 * activity that called them. This policy takes the header out of their sight unless the wait is short; the problem still
 * tells the seconds.
 */
export const leaveWaitingToPlan: PipelinePolicy = {
  name: 'tunnelkeeperLeaveWaitingToPlan',
  async sendRequest(request, next) {
    const response = await next(request);
    const { status, headers } = response;
    const seconds = refusedForNow.includes(status) ? headers.get('retry-after') : undefined;
    if (seconds === undefined || Number(seconds) <= shortSeconds) return response;
    headers.delete('retry-after');
    headers.set(waitHeader, seconds);
    return response;
  },
};

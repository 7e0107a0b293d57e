/** How much does ZIA take, and how long do we wait for it? */

/**
 * Pause after the end of a read and of a write, in milliseconds: two reads and one write a second in a
 * tenant, for all writers together (Zscaler, 'API Rate Limit Summary', weight 'light' and 'medium').
 * Counted from the end of a call, so that a slow network can't push two of them into one second.
 */
export const pauseAfterMs = { read: 500, write: 1000 } as const;

/** How long a call may wait inside for throttling and edit locks, in milliseconds (estimate: an activity lasts seconds). */
export const patienceMs = 10_000;

/** Pauses after an edit lock, in milliseconds; their sum is `patienceMs`. Recorded locks were gone after 1 to 36 s. */
export const editLockPausesMs = [2000, 3000, 5000] as const;

/** When it is worth trying again after an edit lock that outlived our patience, in seconds (recorded: some 20 s in all). */
export const editLockRetryAfterSeconds = 15;

/** When it is worth trying again after a throttled answer that doesn't say it, in seconds (estimate). */
export const throttleDefaultSeconds = 5;

/** When it is worth trying again when ZIA is away or in maintenance, in seconds (estimate). */
export const outageRetryAfterSeconds = 30;

/** How long one request may last, in milliseconds of the machine's own clock (estimate; ZIA answers within 2 s). */
export const requestTimeoutMs = 15_000;

/** Credentials a page: the most that ZIA gives (Zscaler, 'Configuring VPN Credentials for IPSec Tunnels Using API'). */
export const pageSize = 1000;

/** Pages that are read at most: a tenant holds 16,000 credentials (Zscaler, 'Ranges & Limitations'), and one page to see the end. */
export const maxPages = 17;

/** A OneAPI token is renewed this long before its end, in milliseconds. */
export const tokenMarginMs = 60_000;

/** A legacy session ends after 5 idle minutes (Zscaler, 'Getting Started'); half a minute less, for the request's own way. */
export const sessionIdleMs = 4.5 * 60_000;

/** After a refused sign-in none is tried for so long, in milliseconds: repeated wrong ones may lock the account (estimate). */
export const refusedSignInMs = 60_000;

/** How often, and with which pause in milliseconds, an activation in progress is looked at (estimate). */
export const activationLooks = { count: 5, pauseMs: 2000 } as const;

/** What can be made to go wrong? Switched on and off while ZIA runs. */

/** What is wrong; all off in the beginning. */
export interface ZiaTroubles {
  /** Every sign-in is refused, as with a wrong secret. */
  readonly wrongSecret: boolean;
  /** No session is taken, however fresh. */
  readonly sessionsExpireAtOnce: boolean;
  /** A maintenance page instead of every answer. */
  readonly html: boolean;
  /** Every call is throttled and told to come back in so many seconds. */
  readonly throttleSeconds: number | undefined;
  /** Every connection is broken off. */
  readonly down: boolean;
  /** Identities whose credentials can't be written. */
  readonly refuses: readonly string[];
  /** How long an activation is in progress. */
  readonly activationSeconds: number;
}

export const noTroubles: ZiaTroubles = {
  wrongSecret: false,
  sessionsExpireAtOnce: false,
  html: false,
  throttleSeconds: undefined,
  down: false,
  refuses: [],
  activationSeconds: 0,
};

/** As such pages look. */
export const maintenancePage =
  '<!DOCTYPE html>\n<html><head><title>Service Unavailable</title></head>' +
  '<body><h1>We are down for scheduled maintenance</h1></body></html>\n';

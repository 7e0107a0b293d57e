/** For which reasons is anything done, or not done? The closed list behind every verdict. */

/** Code of a reason, as the timeline and `GET` tell it. */
export type Reason =
  | 'site-requested'
  | 'site-replaced'
  | 'operator-asked'
  | 'site-deleted'
  | 'deletion-requested'
  | 'refused'
  | 'phase-changed'
  | 'resource-missing'
  | 'resource-differs'
  | 'resource-surplus'
  | 'not-in-pool'
  | 'machine-never-came-up'
  | 'configuration-missing'
  | 'setup-failed'
  | 'operation-succeeded'
  | 'operation-failed'
  | 'gateway-serves'
  | 'waits-for-operation'
  | 'waits-for-resource'
  | 'waits-after-failure'
  | 'waits-for-person'
  | 'paused';

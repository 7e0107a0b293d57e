/** Which expectations does the local host not meet? By name, with the reason; one that is met may not stand here. */

const refused = 'it is refused by name';

/** Reason by name of the expectation. */
export const unmetByLocalHost: Readonly<Record<string, string>> = {
  'race: Task.any answers the first to end': refused,
  'race: a timer ends what takes too long, and is cancelled when it isn’t needed': refused,
  'external events: one that comes is what the orchestration waited for': refused,
  'external events: one that comes before it is waited for is kept': refused,
  'sub-orchestrations: their result comes back, and they know their parent': refused,
  'entities: calls come one after the other, and their state stays': refused,
  'entities: a signal of a client changes the state that clients read': refused,
  'callHttp: an orchestration gets what a server answers': refused,
  'failures: a parent can catch what its sub-orchestration throws': refused,
  'raise event: 202, 404 for no instance, 410 for one that is over': refused,
  'rewind: a failed instance runs again what failed': refused,
};

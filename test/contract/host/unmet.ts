/** Which expectations does the local host not meet? By name, with the reason; one that is met may not stand here. */

const refused = 'it is refused by name';
const inMemory = 'the hub is in memory';
const notServed = 'the management API does not serve it';
const otherwise = 'the management API answers otherwise';

/** Reason by name of the expectation. */
export const unmetByLocalHost: Readonly<Record<string, string>> = {
  'versions: an instance gets the default of host.json': 'instances have no version',
  'versions: an instance keeps the version that it is started with': 'instances have no version',
  'race: Task.any answers the first to end': refused,
  'race: a timer ends what takes too long, and is cancelled when it isn’t needed': refused,
  'external events: one that comes is what the orchestration waited for': refused,
  'external events: one that comes before it is waited for is kept': refused,
  'sub-orchestrations: their result comes back, and they know their parent': refused,
  'entities: calls come one after the other, and their state stays': refused,
  'entities: a signal of a client changes the state that clients read': refused,
  'callHttp: an orchestration gets what a server answers': refused,
  'failures: a parent can catch what its sub-orchestration throws': refused,
  'retries: an activity is called until it succeeds': refused,
  'retries: an activity is called no more often than it may be': refused,
  'retries: pauses grow by the coefficient': refused,
  'start: over HTTP it answers 202, the links and where to look': otherwise,
  'start: over HTTP, input that is no JSON is refused': otherwise,
  'status: 202 with Location and Retry-After while the instance works': otherwise,
  'status: times are whole seconds of UTC, the last not before the first': otherwise,
  'status: 200 for a failed instance, 500 where it is wished': otherwise,
  'status: the history is told where it is wished, by the names of its events': otherwise,
  'status: results are in the history where it is wished': otherwise,
  'keys: the management API asks for its key': otherwise,
  'suspend: 410 for an instance that is over, 404 for one that isn’t there': notServed,
  'resume: 410 for an instance that is over, 404 for one that isn’t there': notServed,
  'suspend: an instance waits, whatever comes, until it is resumed': notServed,
  'raise event: 202, 404 for no instance, 410 for one that is over': notServed,
  'rewind: a failed instance runs again what failed': notServed,
  'purge: many are forgotten by time and status, and no others': notServed,
  'query: by the beginning of ids': notServed,
  'query: by the time of creation': notServed,
  'query: page by page, each instance once': notServed,
  'restart: an instance that is over is still known': inMemory,
  'restart: an orchestration goes on, and its timer fires though it came while the host was down': inMemory,
};

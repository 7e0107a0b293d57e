/** When is an operation asked how it goes? */
import type { Operation } from './intent.js';

interface Cadence {
  readonly firstSeconds: number;
  readonly thenSeconds: number;
}

/**
 * First after the time that most of these operations take, then often enough that a gateway doesn't wait for its own
 * controller. Times from the recorded durations (docs/azure.md): a public IP is there after 1 s (median) and a security
 * group after 3 s, asked together; a balancer takes 10 s, a network interface 11 s (10 %) to 31 s
 * (90 %); a machine takes 35 s (10 %) to 156 s (90 %) and is asked by one list for all.
 */
type Kind = Operation['kind'];

const puts: Record<Kind, Cadence> = {
  'security-group': { firstSeconds: 4, thenSeconds: 5 },
  'load-balancer': { firstSeconds: 10, thenSeconds: 10 },
  'public-ip': { firstSeconds: 4, thenSeconds: 5 },
  'network-interface': { firstSeconds: 21, thenSeconds: 10 },
  'virtual-machine': { firstSeconds: 36, thenSeconds: 18 },
  setup: { firstSeconds: 48, thenSeconds: 20 },
  // Short scripts: a run command takes 20 s (median) to 75 s (90 %); clients wait for what they say.
  run: { firstSeconds: 16, thenSeconds: 8 },
  // A write of the pool alone took 10 or 11 s in all 14 recordings.
  pool: { firstSeconds: 10, thenSeconds: 5 },
  'alert-rule': { firstSeconds: 1, thenSeconds: 5 },
};

const deletions: Record<Kind, Cadence> = {
  'security-group': { firstSeconds: 10, thenSeconds: 10 },
  'load-balancer': { firstSeconds: 10, thenSeconds: 10 },
  'public-ip': { firstSeconds: 3, thenSeconds: 10 },
  'network-interface': { firstSeconds: 11, thenSeconds: 10 },
  'virtual-machine': { firstSeconds: 40, thenSeconds: 15 },
  setup: { firstSeconds: 20, thenSeconds: 15 },
  run: { firstSeconds: 20, thenSeconds: 15 },
  pool: { firstSeconds: 10, thenSeconds: 5 },
  'alert-rule': { firstSeconds: 1, thenSeconds: 5 },
};

/** A start takes 12 s (median) to 62 s (90 %); a redeploy took 63 to 317 s (three samples). */
const actions: Record<'start' | 'redeploy', Cadence> = {
  start: { firstSeconds: 12, thenSeconds: 10 },
  redeploy: { firstSeconds: 60, thenSeconds: 20 },
};

/** Kinds whose own state is true while an operation runs; one list answers for all of them. */
const truthfulKinds: readonly Kind[] = ['security-group', 'public-ip', 'virtual-machine'];

/** The pause grows to this share of an operation's age: who has taken long may take long still. */
const pauseShare = 0.12;

/** Seconds within which two questions are asked together. */
const togetherSeconds = 2;

function cadence({ verb, kind }: Pick<Operation, 'verb' | 'kind'>): Cadence {
  if (verb === 'start' || verb === 'redeploy') return actions[verb];
  return verb === 'put' ? puts[kind] : deletions[kind];
}

const later = (instant: Date, seconds: number) => new Date(instant.getTime() + seconds * 1000).toISOString();

/**
 * When a begun operation is first asked.
 *
 * @param retryAfterSeconds what the service asked for; obeyed where the operation itself is asked, not where
 *   the resource is read
 */
export function firstAsk(
  operation: Pick<Operation, 'verb' | 'kind'>,
  begunAt: Date,
  retryAfterSeconds = 0,
): string {
  const { firstSeconds } = cadence(operation);
  return later(
    begunAt,
    truthfulKinds.includes(operation.kind) ? firstSeconds : Math.max(firstSeconds, retryAfterSeconds),
  );
}

/** When an operation that still runs is asked again. */
export function nextAsk(operation: Operation, now: Date, retryAfterSeconds = 0): string {
  const ageSeconds = (now.getTime() - Date.parse(operation.begunAt)) / 1000;
  const pauseSeconds = Math.max(cadence(operation).thenSeconds, ageSeconds * pauseShare);
  return later(
    now,
    truthfulKinds.includes(operation.kind) ? pauseSeconds : Math.max(pauseSeconds, retryAfterSeconds),
  );
}

/** The operations to ask now: those that are due or nearly so, and those that one list answers with them. */
export function dueOperations(inFlight: readonly Operation[], now: Date): readonly Operation[] {
  const soon = later(now, togetherSeconds);
  const listed = inFlight
    .filter(({ verb, kind, askAt }) => verb === 'put' && truthfulKinds.includes(kind) && askAt <= soon)
    .map(({ kind }) => kind);
  return inFlight.filter(
    (operation) =>
      operation.askAt <= soon ||
      (operation.verb === 'put' && listed.includes(operation.kind) && isPastFirst(operation, now)),
  );
}

function isPastFirst(operation: Operation, now: Date): boolean {
  return firstAsk(operation, new Date(operation.begunAt)) <= now.toISOString();
}

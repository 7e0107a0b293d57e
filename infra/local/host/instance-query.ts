/** Which instances are meant? The filters of the status query and of the purge, and pages of their answers. */
import type { InstanceState } from './hub-record.js';

/** A filter, read from a query; times in milliseconds since the epoch. */
export interface InstanceFilter {
  readonly createdFrom: number;
  readonly createdTo: number;
  readonly statuses: readonly string[];
  readonly idPrefix: string;
}

/** Instances of one page, and where the next begins. */
export interface Page<T> {
  readonly found: readonly T[];
  /** `undefined` on the last page. */
  readonly next: string | undefined;
}

/** Instances on a page unless told (`OrchestrationStatusQueryCondition.PageSize` of the extension). */
const usualPageSize = 100;

/** Statuses that a query may name (the extension's `OrchestrationRuntimeStatus`); some of them no instance has here. */
const knownStatuses: ReadonlySet<string> = new Set([
  'Running',
  'Completed',
  'ContinuedAsNew',
  'Failed',
  'Canceled',
  'Terminated',
  'Pending',
  'Suspended',
]);

/** Reads `true` or `false`, in any case; what is neither counts as not given. */
export function readFlag(query: URLSearchParams, name: string, otherwise: boolean): boolean {
  const text = query.get(name)?.trim().toLowerCase();
  return text === 'true' || (text !== 'false' && otherwise);
}

/** Reads a filter; what can't be read filters nothing, as in the extension (its `TryGet…` methods). */
export function readFilter(query: URLSearchParams): InstanceFilter {
  const time = (name: string, otherwise: number) => {
    const read = Date.parse(query.get(name) ?? '');
    return Number.isNaN(read) ? otherwise : read;
  };
  return {
    createdFrom: time('createdTimeFrom', -Infinity),
    createdTo: time('createdTimeTo', Infinity),
    statuses: query
      .getAll('runtimeStatus')
      .flatMap((value) => value.split(','))
      .filter((status) => knownStatuses.has(status)),
    idPrefix: query.get('instanceIdPrefix') ?? '',
  };
}

/** Says whether an instance is meant; all of a hub are asked, so that what is cheap to say is asked first. */
export function isMeant(
  { id, status, createdTime }: Pick<InstanceState, 'id' | 'status' | 'createdTime'>,
  { createdFrom, createdTo, statuses, idPrefix }: InstanceFilter,
): boolean {
  if (!id.startsWith(idPrefix)) return false;
  if (statuses.length > 0 && !statuses.includes(status)) return false;
  if (createdFrom === -Infinity && createdTo === Infinity) return true;
  const createdAt = Date.parse(createdTime);
  return createdAt >= createdFrom && createdAt <= createdTo;
}

/**
 * Takes a page in the order of ids, as the extension's table gives them; instances that come or go between two pages
 * move no other.
 *
 * @param top most instances on the page, as the query gives it; 100 unless it is a number above 0
 * @param token where the page begins, as the page before said
 */
export function pageOf<T extends InstanceState>(
  meant: readonly T[],
  top: string | null,
  token: string | undefined,
): Page<T> {
  const size = /^[1-9]\d*$/.test(top ?? '') ? Number(top) : usualPageSize;
  const from = token === undefined ? '' : Buffer.from(token, 'base64url').toString();
  const left = meant.filter(({ id }) => id >= from).sort((one, other) => (one.id < other.id ? -1 : 1));
  const after = left[size]?.id;
  return {
    found: left.slice(0, size),
    next: after === undefined ? undefined : Buffer.from(after).toString('base64url'),
  };
}

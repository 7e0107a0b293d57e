/** What does `GET` show of a site? What is wanted, what is there, and why it isn't what was wanted. */
import type { ReportOf } from '../shared/store/reports.js';
import type { SiteRow } from '../shared/store/sites.js';
import type { Rotation } from '../shared/site/rotation.js';
import type { GatewayStatus, SiteRecord } from '../shared/site/site-record.js';

/**
 * The row as an operator reads it; what steers the controller alone is left out.
 *
 * @param reports the newest of its gateways; a list of sites goes without
 */
export function siteView({ record }: Omit<SiteRow, 'writtenAs'>, reports: readonly ReportOf[] = []) {
  const { name, spec, phase, phaseSince, problem, resolved, gateways, frontendIp, rotation } = record;
  return {
    name,
    phase,
    phaseSince,
    ...(problem === undefined ? {} : { problem }),
    desired: spec,
    ...(resolved === undefined ? {} : { resolved }),
    observed: {
      ...(frontendIp === undefined ? {} : { frontendIp }),
      gateways: gateways.map((status) => gatewayView(record, status, reports)),
    },
    serving: `${gateways.filter(({ doing }) => doing === 'serving').length} of ${gateways.length}`,
    ...(record.rotationWanted === undefined ? {} : { rotationWanted: record.rotationWanted }),
    ...(rotation === undefined ? {} : { rotation: rotationView(rotation) }),
    requestedBy: record.requestedBy,
    requestedAt: record.requestedAt,
    attempts: record.attempts,
  };
}

/** A gateway with what was ordered, what is tried to mend it, why it is out of service, and what it said last. */
function gatewayView(
  { orders, remedies, outOfService }: SiteRecord,
  status: GatewayStatus,
  reports: readonly ReportOf[],
) {
  const { at, state } = reports.find(({ slot }) => slot === status.slot)?.report ?? {};
  const [ordered, remedy, out] = [orders, remedies, outOfService].map((bySlot) => bySlot?.[status.slot]);
  return {
    ...status,
    ...(ordered === undefined ? {} : { orders: ordered }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(out === undefined ? {} : { outOfService: out }),
    ...(at === undefined ? {} : { reported: { at, ...state } }),
  };
}

/** Named one by one: what is kept of a rotation later isn't shown unless somebody wants it to be. */
function rotationView({ id, reason, by, startedAt, state, isGoingBack, ...more }: Rotation) {
  const { secrets, told, trying, proved, refusals, nextTryAt } = more;
  return {
    id,
    reason,
    ...(by === undefined ? {} : { by }),
    startedAt,
    state,
    isGoingBack,
    secrets: secrets.map(({ name, from, to }) => ({ name, from, to })),
    told,
    trying,
    proved,
    refusals,
    ...(nextTryAt === undefined ? {} : { nextTryAt }),
  };
}

/**
 * ETag of the wanted state: it changes with the spec, not with what is observed. A site that was deleted and
 * requested again has another, though it begins with the same revision.
 */
export function specTag({ revision, wanted, requestedAt }: SiteRecord): string {
  return `"${Date.parse(requestedAt).toString(36)}-${revision}${wanted === 'absent' ? '-deleting' : ''}"`;
}

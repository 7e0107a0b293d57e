/** What is told of a site? Its phase, its problem, and what each gateway is doing. */
import type { DesiredSlot } from './desired-site.js';
import { parseSlotId, resourceName, type SlotId } from './ids.js';
import type { ObservedResource } from './observed-site.js';
import { removalOf, subjectOf, type Observed, type Wait } from './plan.js';
import type { Problem } from './problem.js';
import { problemOfCause } from './problem-of-cause.js';
import { isPutOff } from './put-off.js';
import type { GatewayStatus, Phase, SiteRecord } from './site-record.js';
import type { SlotPlan } from './slot-question.js';

/** Tells what one gateway is doing; `since` stays while it goes on doing the same. */
export function gatewayStatus(
  record: SiteRecord,
  observed: Observed,
  place: DesiredSlot | SlotId,
  { doing, because, cause, wait }: SlotPlan,
  now: Date,
): GatewayStatus {
  const { slot, zone, foreignAddressId } = typeof place === 'string' ? placeOf(place) : place;
  const before = record.gateways.find((status) => status.slot === slot);
  const since = before?.doing === doing ? before.since : now.toISOString();
  const mine = observed.resources.filter((resource) => 'slot' in resource && resource.slot === slot);
  const address =
    foreignAddressId === undefined
      ? mine.find((resource) => resource.kind === 'public-ip')?.address
      : (foreignAddress(observed, foreignAddressId) ?? before?.publicIp);
  const privateIp = mine.find((resource) => resource.kind === 'network-interface')?.privateIp;
  const machine = mine
    .filter((resource) => resource.kind === 'virtual-machine')
    .sort((a, b) => b.generation - a.generation)[0]?.name;
  const served = doing === 'serving' && machine !== undefined ? { machine, since } : before?.served;
  // What was tried and pauses tells more than the cause; what was tried before the cause was known tells less.
  const failed = slotProblem(observed, slot, mine.flatMap(subjectsOf));
  const tried = isExplained(failed, wait) ? undefined : failed;
  const known = problemOfCause(cause, doing, because);
  const problem = doing === 'serving' ? undefined : doing === 'failed' ? (tried ?? known) : (known ?? tried);
  return {
    slot,
    zone,
    doing,
    since,
    because,
    ...(address === undefined ? {} : { publicIp: address }),
    ...(privateIp === undefined ? {} : { privateIp }),
    ...(machine === undefined ? {} : { virtualMachine: machine }),
    ...(served === undefined ? {} : { served }),
    ...(cause === undefined || doing === 'serving' ? {} : { cause }),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** The place of a gateway that the site should not have any more. */
function placeOf(slot: SlotId): Pick<DesiredSlot, 'slot' | 'zone' | 'foreignAddressId'> {
  return { slot, zone: parseSlotId(slot)?.zone ?? '1' };
}

function foreignAddress({ surroundings }: Observed, id: string): string | undefined {
  const looked = surroundings?.foreignAddresses.find(
    (found) => found.ok && found.value.id.toLowerCase() === id.toLowerCase(),
  );
  return looked?.ok === true ? looked.value.address : undefined;
}

/**
 * Names of attempts that are about a resource, its removal first: who locked it sees that rather than why it was to go.
 * A machine also answers for its setup, which may have failed before Azure knew of one.
 */
function subjectsOf(resource: ObservedResource): readonly string[] {
  const { kind, name } = resource;
  const setup =
    kind === 'virtual-machine' ? [subjectOf({ kind: 'setup', name: '', virtualMachine: name })] : [];
  return [removalOf(resource), subjectOf(resource), ...setup];
}

/** What Azure put off since something else is still being written is no problem while that is waited for. */
function isExplained(problem: Problem | undefined, wait: Wait | undefined): boolean {
  return problem !== undefined && isPutOff(problem) && wait?.reason === 'waits-for-resource';
}

/** The problem of the last thing that failed in a slot and hasn't succeeded since. */
function slotProblem(
  { attempts }: Observed,
  slot: DesiredSlot['slot'],
  subjects: readonly string[],
): Problem | undefined {
  const names = [...subjects, resourceName.publicIp(slot), resourceName.networkInterface(slot), `vm-${slot}`];
  const mine = names.flatMap((name) => attempts.filter(({ subject }) => subject === name));
  return mine[0]?.problem;
}

const isSettledPhase = (phase: Phase) => phase === 'serving' || phase === 'degraded' || phase === 'down';

/**
 * Names the phase of a site that is wanted.
 *
 * @param before a site that once served, or that gave up building, doesn't go back to `building`
 * @param isBlocked the balancer or the security group can't be written
 */
export function sitePhase(before: Phase, gateways: readonly GatewayStatus[], isBlocked: boolean): Phase {
  const serving = gateways.filter(({ doing }) => doing === 'serving').length;
  if (serving > 0 && serving === gateways.length) return 'serving';
  const isProgressing =
    !isBlocked &&
    gateways.some(({ doing, problem }) => doing !== 'serving' && doing !== 'stopped' && !isObstacle(problem));
  if (isProgressing && !isSettledPhase(before)) return 'building';
  // The only gateway of a site serves while it is changed, but for seconds (ADR 13).
  const isOnlyOneChanged = gateways.length === 1 && gateways[0]?.doing === 'changing';
  if (serving > 0 || isOnlyOneChanged) return 'degraded';
  return gateways.some(({ doing }) => doing === 'suspended') ? 'suspended' : 'down';
}

/** What is over by itself within moments: Azure asks for patience, or is at work on the same thing. */
const passing: readonly Problem['type'][] = ['/problems/throttled', '/problems/conflict'];

/** Says whether something stands in the way of a build. */
export function isObstacle(problem: Problem | undefined): boolean {
  return problem !== undefined && !passing.includes(problem.type);
}

/** The problem that explains why a site isn't serving in full. */
export function siteProblem(
  phase: Phase,
  gateways: readonly GatewayStatus[],
  others: readonly Problem[],
): Problem | undefined {
  if (phase === 'serving') return undefined;
  return others[0] ?? gateways.find(({ problem }) => problem !== undefined)?.problem;
}

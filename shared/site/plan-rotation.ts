/** What is next in a rotation of PSKs? New version, far side, activation, gateway by gateway, and the old one disabled; or all the way back. */
import type { GatewayConfig } from '../gateway/gateway-config.js';
import type { DesiredSlot } from './desired-site.js';
import { inSeconds } from './guards/guard.js';
import { openTry } from './ladder.js';
import type { SlotId } from './ids.js';
import { windowAt } from './maintenance-window.js';
import type { ObservedSetup, SecretState } from './observed-site.js';
import { pausedAttempt, type Observed, type Wait } from './plan.js';
import { problemCode, type Outcome } from './problem.js';
import type { Rotation, RotationReason, SecretUse } from './rotation.js';
import { secretNames, secretsOfSlot } from './secret-names.js';
import type { RotationStep } from './rotation-step.js';
import { isServing } from './setup-verdict.js';
import type { SiteRecord } from './site-record.js';
import type { TimelineEntry } from './timeline-entry.js';
import { tunnelRoles } from './tunnel-roles.js';
import { newestUsable } from './wanted-versions.js';

/** What a rotation is planned from. */
export interface RotationQuestion {
  readonly record: SiteRecord;
  readonly observed: Observed;
  readonly slots: readonly DesiredSlot[];
  /** Configuration of a slot's gateway; absent while it has no address. */
  readonly configOf: (slot: DesiredSlot) => GatewayConfig | undefined;
  /** Gateways that serve now. */
  readonly serving: readonly SlotId[];
  readonly now: Date;
}

/** What is planned. */
export interface RotationPlan {
  readonly rotation?: Rotation;
  readonly secretsInUse: Readonly<Record<string, SecretUse>>;
  /** Somebody's wish for a rotation that has begun is no wish any more. */
  readonly isWishTaken: boolean;
  readonly steps: readonly RotationStep[];
  readonly waits: readonly Wait[];
  readonly happened: readonly TimelineEntry[];
}

/** By hand, a person needs time to enter the PSK; then the gateways try again. */
const byHandFirstSeconds = 5 * 60;
const byHandAgainSeconds = 15 * 60;
/** What the API has activated is there within moments; a refusal may be one of those. */
const ziaAgainSeconds = 60;
/** After so many refusals of what the API has activated, both sides go back. */
const ziaMostRefusals = 3;
/** A rotation because of a refused credential is tried once in so long. */
const refusedAgainSeconds = 3600;
/** Begun at once, far from the API's limit of a write a second (docs/zia in shared/zscaler). */
const tellAtOnce = 4;

/** Plans the next steps of a rotation, or its beginning. */
export function planRotation(question: RotationQuestion): RotationPlan {
  const { record } = question;
  const secretsInUse = inUseNow(question);
  const nothing = { secretsInUse, isWishTaken: false, steps: [], waits: [], happened: [] };
  if (record.rotation !== undefined) return { ...nothing, ...goOn(question, record.rotation, secretsInUse) };
  const reason = whyNow(question, secretsInUse);
  if (reason === undefined) return { ...nothing, waits: nextDue(question, secretsInUse) };
  const rotation = newRotation(question, reason, secretsInUse);
  if (rotation === undefined) return nothing;
  return {
    ...nothing,
    rotation,
    isWishTaken: reason === 'asked-for',
    happened: [beganEntry(question, rotation)],
  };
}

/** A secret is in use from the first gateway on that was set up with it. */
function inUseNow({ record, observed, now }: RotationQuestion): Readonly<Record<string, SecretUse>> {
  const known = record.secretsInUse ?? {};
  const used = setupsOf(observed)
    .filter(isServing)
    .flatMap(({ psk = '' }) => psk.split(','))
    .map((pair) => pair.split('/'));
  const fresh = used.flatMap(([name = '', version = '']) =>
    name === '' || known[name] !== undefined ? [] : [[name, { version, since: now.toISOString() }] as const],
  );
  return { ...Object.fromEntries(fresh), ...known };
}

function setupsOf({ resources }: Observed): readonly ObservedSetup[] {
  return resources.filter((resource) => resource.kind === 'setup');
}

/** Why a rotation should begin now, if it should. */
function whyNow(
  question: RotationQuestion,
  inUse: Readonly<Record<string, SecretUse>>,
): RotationReason | undefined {
  const { record, observed, now, serving, slots } = question;
  if (Object.keys(inUse).length === 0) return undefined;
  if (record.rotationWanted !== undefined) return 'asked-for';
  if (newerVersions(observed.secrets ?? [], inUse).length > 0) return 'newer-version';
  const refused = slots.filter(({ slot }) => record.remedies?.[slot]?.cause === 'credential-refused');
  const lastUse =
    Object.values(inUse)
      .map(({ since }) => since)
      .sort()
      .at(-1) ?? '';
  const isLongAgo = now.getTime() - Date.parse(lastUse) > refusedAgainSeconds * 1000;
  if (record.spec.farSide === 'zia' && refused.length > 0 && (serving.length === 0 || isLongAgo))
    return 'credential-refused';
  const { rotation } = record.spec;
  const isDue = rotation !== undefined && dueAt(rotation.everyDays, inUse) <= now.toISOString();
  return isDue && windowAt(rotation, now).isOpen ? 'due' : undefined;
}

function newerVersions(secrets: readonly Outcome<SecretState>[], inUse: Readonly<Record<string, SecretUse>>) {
  return [...newestUsable(secrets)].filter(([name, version]) => {
    const use = inUse[name];
    return use !== undefined && use.version !== version;
  });
}

function dueAt(everyDays: number, inUse: Readonly<Record<string, SecretUse>>): string {
  const oldest =
    Object.values(inUse)
      .map(({ since }) => Date.parse(since))
      .sort((a, b) => a - b)[0] ?? 0;
  return new Date(oldest + everyDays * 24 * 3600 * 1000).toISOString();
}

/** When the next rotation is due, so that the site is looked at then. */
function nextDue(
  { record, now }: RotationQuestion,
  inUse: Readonly<Record<string, SecretUse>>,
): readonly Wait[] {
  const { rotation } = record.spec;
  if (rotation === undefined || Object.keys(inUse).length === 0) return [];
  const due = new Date(Math.max(Date.parse(dueAt(rotation.everyDays, inUse)), now.getTime()));
  const window = windowAt(rotation, due);
  const until = window.isOpen ? due.toISOString() : window.opensAt;
  return [
    {
      subject: `rotation of ${record.name}`,
      reason: 'outside-window',
      sentence: `The PSKs of ${record.name} are rotated from ${until} on.`,
      until,
    },
  ];
}

function newRotation(
  { record, observed, slots, now }: RotationQuestion,
  reason: RotationReason,
  inUse: Readonly<Record<string, SecretUse>>,
): Rotation | undefined {
  const newer = new Map(newerVersions(observed.secrets ?? [], inUse));
  const names = [...new Set(slots.flatMap(({ slot }) => secretsOfSlot(record.spec, slot)))];
  const secrets = names
    .filter((name) => inUse[name] !== undefined && (reason !== 'newer-version' || newer.has(name)))
    .map((name) => {
      const from = inUse[name]?.version;
      const to = reason === 'newer-version' ? newer.get(name) : undefined;
      return { name, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    });
  if (secrets.length === 0) return undefined;
  const by = record.rotationWanted?.by;
  return {
    id: `${record.name}-${now.getTime().toString(36)}`,
    reason,
    ...(reason === 'asked-for' && by !== undefined ? { by } : {}),
    startedAt: now.toISOString(),
    state: 'making',
    isGoingBack: false,
    secrets,
    told: [],
    trying: [],
    proved: [],
    refusals: 0,
  };
}

const reasonWords: Readonly<Record<RotationReason, string>> = {
  due: 'it is due',
  'asked-for': 'somebody asked for it',
  'newer-version': 'the vault has a newer version',
  'credential-refused': 'the service edge refuses the PSK, so both sides get a new one',
};

function beganEntry({ now, record }: RotationQuestion, { reason, by, secrets, id }: Rotation): TimelineEntry {
  return {
    at: now.toISOString(),
    reason: 'rotation-began',
    sentence: `The PSKs of ${record.name} are rotated (${secrets.map(({ name }) => name).join(', ')}): ${reasonWords[reason]}.`,
    evidence: { rotation: id, reason },
    ...(by === undefined ? {} : { by }),
  };
}

type Progress = Partial<RotationPlan>;

function goOn(
  question: RotationQuestion,
  rotation: Rotation,
  inUse: Readonly<Record<string, SecretUse>>,
): Progress {
  switch (rotation.state) {
    case 'making':
      return make(question, rotation);
    case 'telling-far-side':
      return tellFarSide(question, rotation);
    case 'activating':
      return activate(question, rotation);
    case 'rolling':
      return roll(question, rotation);
    case 'closing':
      return close(question, rotation, inUse);
  }
}

/** Takes steps that aren't paused after a failure; says until when the others are. */
function steps(
  { observed, now }: RotationQuestion,
  rotation: Rotation,
  due: readonly RotationStep[],
): Progress {
  const paused = due.flatMap((step) => pausedAttempt(observed, step.subject, now) ?? []);
  const free = due.filter((step) => !paused.some(({ subject }) => subject === step.subject));
  const waits = paused.map(({ subject, problem, notBefore }) => ({
    subject,
    reason: 'waits-after-failure' as const,
    sentence: problem.detail,
    until: notBefore,
  }));
  return { rotation, steps: free, waits };
}

function make(question: RotationQuestion, rotation: Rotation): Progress {
  const due = rotation.secrets
    .filter(({ to }) => to === undefined)
    .map(({ name }): RotationStep => ({
      verb: 'rotate',
      subject: `new version of ${name}`,
      intent: { kind: 'make-version', name, secret: name, rotation: rotation.id },
      reason: 'rotation-step',
      sentence: `Makes a new version of secret ${name}: 64 letters and digits.`,
    }));
  if (due.length > 0) return steps(question, rotation, due);
  return farSideOrRoll(question, { ...rotation, told: [] });
}

/** By the API where the site says so; else a person is told, and the gateways try. */
function farSideOrRoll(question: RotationQuestion, rotation: Rotation): Progress {
  const { record, now } = question;
  if (record.spec.farSide === 'zia')
    return { rotation: { ...rotation, state: 'telling-far-side', trying: [], proved: [] } };
  const isKnownThere = rotation.reason === 'newer-version' || rotation.isGoingBack;
  const next = { ...rotation, state: 'rolling' as const, trying: [], proved: [] };
  const waiting = isKnownThere ? next : { ...next, nextTryAt: inSeconds(now, byHandFirstSeconds) };
  return { rotation: waiting, happened: rotation.isGoingBack ? [] : [byHandEntry(question, rotation)] };
}

function byHandEntry(question: RotationQuestion, { secrets, id }: Rotation): TimelineEntry {
  const { record, slots, configOf, now } = question;
  const lines = slots.flatMap((slot) =>
    credentialsOf(question, slot, configOf(slot)).map(({ identity, name }) => {
      const version = secrets.find((secret) => secret.name === name)?.to ?? '';
      return `${identity}: version ${version} of secret ${name}`;
    }),
  );
  return {
    at: now.toISOString(),
    reason: 'rotation-step',
    sentence: `Enter the new PSK of ${record.name} at Zscaler, under VPN Credentials, and activate: ${lines.join('; ')}. The gateways try it, and keep the one before until it is accepted.`,
    evidence: { rotation: id, credentials: lines },
  };
}

interface SlotCredential {
  readonly identity: string;
  readonly type: 'ip' | 'ufqdn';
  /** Name of its secret. */
  readonly name: string;
}

function credentialsOf(
  { record }: RotationQuestion,
  { slot }: DesiredSlot,
  config: GatewayConfig | undefined,
): readonly SlotCredential[] {
  const names = secretNames(record.spec, slot);
  const { type } = record.spec.tunnel.identity;
  const all = tunnelRoles(record.spec).flatMap((role) => {
    const identity = config?.tunnels.find((tunnel) => tunnel.role === role)?.localId;
    return identity === undefined ? [] : [{ identity, type, name: names[role] }];
  });
  return all.filter(({ identity }, index) => all.findIndex((other) => other.identity === identity) === index);
}

function tellFarSide(question: RotationQuestion, rotation: Rotation): Progress {
  const { slots, configOf, observed } = question;
  const due = slots.flatMap((slot) =>
    credentialsOf(question, slot, configOf(slot)).flatMap(
      ({ identity, type, name }): readonly RotationStep[] => {
        const secret = rotation.secrets.find((other) => other.name === name);
        const version = rotation.isGoingBack ? secret?.from : secret?.to;
        if (version === undefined || rotation.told.includes(identity)) return [];
        return [
          {
            verb: 'rotate',
            subject: `credential ${identity}`,
            gateway: slot.slot,
            intent: {
              kind: 'tell-far-side',
              name: identity,
              identity,
              identityType: type,
              secret: { name, version },
            },
            reason: 'rotation-step',
            sentence: `Gives the credential ${identity} version ${version.slice(0, 8)} of secret ${name} at Zscaler.`,
          },
        ];
      },
    ),
  );
  if (due.length === 0) return { rotation: { ...rotation, state: 'activating' } };
  const failed = due.find(({ subject }) => isRefused(observed, subject));
  if (failed !== undefined && !rotation.isGoingBack)
    return turnBack(
      question,
      rotation,
      problemOf(observed, failed.subject),
      isFirm(observed, failed.subject),
    );
  return steps(question, rotation, due.slice(0, tellAtOnce));
}

/** What time won't cure, or hasn't cured in ten tries. */
function isRefused({ attempts }: Observed, subject: string): boolean {
  const tried = attempts.find((attempt) => attempt.subject === subject);
  return tried !== undefined && (!tried.problem.retryable || tried.failures >= 10);
}

/** What no further try can change, and so was not done either. */
function isFirm({ attempts }: Observed, subject: string): boolean {
  return attempts.some((attempt) => attempt.subject === subject && !attempt.problem.retryable);
}

function problemOf({ attempts }: Observed, subject: string): string {
  return attempts.find((attempt) => attempt.subject === subject)?.problem.detail ?? 'It was refused.';
}

function activate(question: RotationQuestion, rotation: Rotation): Progress {
  const subject = `activation for ${question.record.name}`;
  if (isRefused(question.observed, subject) && !rotation.isGoingBack) {
    return turnBack(question, rotation, problemOf(question.observed, subject));
  }
  return steps(question, rotation, [
    {
      verb: 'rotate',
      subject,
      intent: { kind: 'activate-far-side', name: question.record.name },
      reason: 'rotation-step',
      sentence: 'Activates the changes at Zscaler, for the whole tenant.',
    },
  ]);
}

function roll(question: RotationQuestion, rotation: Rotation): Progress {
  const { now, record, slots } = question;
  const seen = judgeTries(question, rotation);
  const { rotation: next, happened } = seen;
  const unusable = rotation.isGoingBack ? undefined : unusableVersion(question, rotation);
  if (unusable !== undefined) return turnBack(question, rotation, unusable);
  if (next.isGoingBack && !rotation.isGoingBack) return { ...farSideOrRoll(question, next), happened };
  const left = slots.filter(({ slot }) => !next.proved.includes(slot));
  if (left.length === 0) return { rotation: { ...next, state: 'closing' }, happened };
  if (next.trying.length > 0) return { rotation: next, happened };
  const isPaused = next.nextTryAt !== undefined && next.nextTryAt > now.toISOString();
  const isMended = (slot: SlotId) => openTry(record.remedies?.[slot]) !== undefined;
  const down = left
    .map(({ slot }) => slot)
    .filter((slot) => !question.serving.includes(slot) && !isMended(slot));
  const pausedUntil = isPaused ? next.nextTryAt : undefined;
  const window =
    record.spec.rotation === undefined || next.reason === 'asked-for' || next.isGoingBack
      ? { isOpen: true as const }
      : windowAt(record.spec.rotation, now);
  const until = pausedUntil ?? (window.isOpen || down.length > 0 ? undefined : window.opensAt);
  if (until !== undefined) {
    const sentence =
      pausedUntil === undefined
        ? `The next gateway of ${record.name} gets the new PSK from ${until} on, when the window opens.`
        : `The far side is asked again after ${until} whether it accepts the new PSK.`;
    return {
      rotation: next,
      happened,
      waits: [{ subject: `rotation of ${record.name}`, reason: 'outside-window', sentence, until }],
    };
  }
  const busy = Object.keys(record.outOfService ?? {}).length > 0;
  const first = left.find(({ slot }) => record.remedies?.[slot] === undefined)?.slot;
  const trying = next.isGoingBack
    ? left.map(({ slot }) => slot)
    : down.length > 0
      ? down
      : busy || first === undefined
        ? []
        : [first];
  return { rotation: { ...next, trying }, happened };
}

/** Looks which of the gateways that try have proved the version, and which were refused. */
function judgeTries(
  question: RotationQuestion,
  rotation: Rotation,
): { readonly rotation: Rotation; readonly happened: readonly TimelineEntry[] } {
  const { record, observed, now, serving } = question;
  const happened: TimelineEntry[] = [];
  let next = rotation;
  for (const slot of rotation.trying) {
    const setup = setupsOf(observed).find((other) => other.slot === slot);
    if (setup === undefined || setup.psk !== wantedTag(record, rotation, slot)) continue;
    const about = { at: now.toISOString(), gateway: slot as SlotId };
    if (isServing(setup) && serving.includes(slot as SlotId)) {
      next = {
        ...next,
        trying: next.trying.filter((other) => other !== slot),
        proved: [...next.proved, slot],
        refusals: 0,
      };
      const { nextTryAt: _, ...free } = next;
      next = free;
      const isNew = Object.values(setup.result?.tunnels ?? {}).some((tunnel) => tunnel.isNew === true);
      happened.push({
        ...about,
        reason: 'rotation-step',
        sentence: `${slot} is proved with ${rotation.isGoingBack ? 'the former' : 'the new'} PSK: ${isNew ? 'a new IKE SA was authenticated, and' : ''} a request through it succeeded.`,
        evidence: { psk: setup.psk ?? '', isNew },
      });
    } else if (setup.execution === 'failed' && !rotation.isGoingBack) {
      const refusals = next.refusals + 1;
      const isZia = record.spec.farSide === 'zia';
      next = {
        ...next,
        refusals,
        trying: next.trying.filter((other) => other !== slot),
        nextTryAt: inSeconds(now, isZia ? ziaAgainSeconds : byHandAgainSeconds),
      };
      const mostly = isZia && refusals >= ziaMostRefusals;
      happened.push({
        ...about,
        reason: 'rotation-refused',
        sentence: `${slot} tried the new PSK and was not accepted (${setup.result?.reason ?? 'no result'}); it goes back to the one before. ${mostly ? 'Both sides go back.' : `Tried again after ${next.nextTryAt ?? ''}.`}`,
        evidence: { refusals, because: setup.result?.reason ?? 'unknown' },
      });
      if (mostly) next = goingBack(next);
    }
  }
  return { rotation: next, happened };
}

/** What the vault says of a version that a gateway was to get and can't: somebody disabled or deleted it on the way. */
function unusableVersion({ observed }: RotationQuestion, { trying }: Rotation): string | undefined {
  const codes: readonly string[] = ['secret-disabled', 'secret-missing', 'gone'];
  const tried = observed.attempts.find(
    ({ subject, problem }) =>
      codes.includes(problemCode(problem)) &&
      trying.some((slot) => subject.startsWith(`setup of vm-${slot}-g`)),
  );
  return tried?.problem.detail;
}

/** `<secret>/<version>` of a slot's tunnels in the version that it should try. */
function wantedTag({ spec }: SiteRecord, { secrets, isGoingBack }: Rotation, slot: string): string {
  const names = secretNames(spec, slot as SlotId); // slots of a rotation are the site's own
  const roles = tunnelRoles(spec).map((role) => names[role]);
  return [...new Set(roles)]
    .map((name) => {
      const secret = secrets.find((other) => other.name === name);
      return `${name}/${(isGoingBack ? secret?.from : secret?.to) ?? ''}`;
    })
    .join(',');
}

function goingBack(rotation: Rotation): Rotation {
  const { nextTryAt: _, ...rest } = rotation;
  return { ...rest, isGoingBack: true, told: [], trying: [], proved: [], refusals: 0 };
}

function turnBack(question: RotationQuestion, rotation: Rotation, why: string, isUndone = false): Progress {
  const { record, now } = question;
  const entry: TimelineEntry = {
    at: now.toISOString(),
    reason: 'rotation-goes-back',
    sentence: `The rotation of ${record.name} goes back to the former PSK on both sides: ${why}`,
    evidence: { rotation: rotation.id },
  };
  // Where nothing was changed over there, nothing has to be changed back.
  const isUntold = rotation.state === 'telling-far-side' && rotation.told.length === 0 && isUndone;
  const turned = goingBack(rotation);
  const back: Progress = isUntold
    ? { rotation: { ...turned, state: 'rolling' } }
    : farSideOrRoll(question, turned);
  return { ...back, happened: [...(back.happened ?? []), entry] };
}

function close(
  question: RotationQuestion,
  rotation: Rotation,
  inUse: Readonly<Record<string, SecretUse>>,
): Progress {
  const { record, now, observed } = question;
  const over = rotation.secrets.flatMap(({ name, from, to }) => {
    const version = rotation.isGoingBack ? to : from;
    return version === undefined ? [] : [{ name, version }];
  });
  const due = over
    .filter(({ name, version }) => !rotation.told.includes(`${name}/${version}`))
    .map((secret): RotationStep => ({
      verb: 'rotate',
      subject: `version ${secret.version} of ${secret.name}`,
      intent: { kind: 'disable-version', name: secret.name, secret },
      reason: 'rotation-step',
      sentence: `Disables version ${secret.version.slice(0, 8)} of secret ${secret.name}: no gateway uses it.`,
    }));
  const left = due.filter(({ subject }) => !isRefused(observed, subject));
  if (left.length > 0) return steps(question, rotation, left);
  // One that was taken back is due again tomorrow, not at once.
  const { everyDays = 1 } = record.spec.rotation ?? {};
  const since = rotation.isGoingBack ? inSeconds(now, (1 - everyDays) * 24 * 3600) : now.toISOString();
  const current = rotation.secrets.flatMap(({ name, from, to }) => {
    const version = rotation.isGoingBack ? from : to;
    return version === undefined ? [] : [[name, { version, since }] as const];
  });
  const seconds = Math.round((now.getTime() - Date.parse(rotation.startedAt)) / 1000);
  const sentence = rotation.isGoingBack
    ? `The rotation of ${record.name} was taken back after ${seconds} s: both sides use the former PSK.`
    : `The PSKs of ${record.name} are rotated, ${seconds} s after it began; every gateway is proved with the new one.`;
  const entry: TimelineEntry = {
    at: now.toISOString(),
    reason: rotation.isGoingBack ? 'rotation-goes-back' : 'rotation-done',
    sentence,
    evidence: { rotation: rotation.id, seconds },
  };
  return { secretsInUse: { ...inUse, ...Object.fromEntries(current) }, happened: [entry] };
}

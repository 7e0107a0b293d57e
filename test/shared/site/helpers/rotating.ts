/**
 * How does a site's rotation go on over time? A vault, a far side and gateways are played around the real plan and the
 * real folds, in the order of the orchestrator: look, plan, record, begin. A setup ends in the round after its begin;
 * a tunnel that stands outlives a change of its credential, and one that is down comes up once the PSKs agree.
 */
import { planRound, recordOf } from '../../../../orchestrations/plan-round.js';
import type { SetupFailure } from '../../../../shared/gateway/setup-result.js';
import { desiredSlots, gatewayConfig } from '../../../../shared/site/desired-site.js';
import { foldAnswers } from '../../../../shared/site/fold-answers.js';
import type { SlotId } from '../../../../shared/site/ids.js';
import type { Begun, SetupIntent } from '../../../../shared/site/intent.js';
import type { ObservedResource } from '../../../../shared/site/observed-site.js';
import { identityOf, type Plan, type Step } from '../../../../shared/site/plan.js';
import { failure, problem, success, type Outcome, type Problem } from '../../../../shared/site/problem.js';
import type { RotationStep } from '../../../../shared/site/rotation-step.js';
import { secretNames } from '../../../../shared/site/secret-names.js';
import type { SiteRecord } from '../../../../shared/site/site-record.js';
import type { TimelineEntry } from '../../../../shared/site/timeline-entry.js';
import { withoutField } from '../../../../shared/site/without-field.js';
import { atRest, made } from './azure-in-words.js';
import { saidByRun, saidBySetup } from './machine-in-words.js';
import { ipOf, PlayedMachines } from './played-machines.js';
import { PlayedVault } from './played-vault.js';
import { aRecord, aRound, atSeconds, goodSurroundings, noon, nothingYet, policy } from './builders.js';
import { foldBegun, foldRotated } from '../../../../shared/site/fold-begun.js';
import { foldFleet, foldResources, foldSurroundings } from '../../../../shared/site/fold-looks.js';
import { foldPlan } from '../../../../shared/site/next-round.js';
import { mergeResource, type Round } from '../../../../shared/site/round.js';

/** What goes wrong; each is asked every time. */
export interface Trouble {
  /** Why a step of the rotation fails now. */
  readonly step?: (step: RotationStep) => Problem | undefined;
  /** Why a setup fails now, whatever the far side says. */
  readonly setup?: (slot: SlotId) => SetupFailure | undefined;
  /** Whether a setup that failed says nothing of when. */
  readonly isTimeless?: boolean;
  /** Whether the host dies now: all was begun, and no answer came back. */
  readonly crash?: () => boolean;
}

/** A row of the play's diary: what was begun when. */
export interface Done {
  readonly seconds: number;
  /** `make-version psk-hq`, `setup hq-z1-1 v2`, `drain hq-z1-1`. */
  readonly what: string;
}

/** What is played. */
export class Rotating {
  readonly vault = new PlayedVault();
  /** `<secret>/<version>` by identity: what was told, and what counts. */
  readonly told = new Map<string, string>();
  readonly active = new Map<string, string>();
  readonly timeline: TimelineEntry[] = [];
  readonly diary: Done[] = [];
  trouble: Trouble = {};
  /** Seconds between two rounds. */
  roundSeconds = 30;
  seconds = 0;
  record: SiteRecord;
  plan: Plan | undefined;
  private round: Round;
  private readonly machines = new PlayedMachines();
  private readonly setups = new Map<string, SetupIntent>();

  constructor(spec: Readonly<Record<string, unknown>> = {}) {
    const asked = aRecord({ zones: ['1', '2'], ...spec });
    const names = secretsOf(asked);
    for (const name of names) this.vault.add(name, { version: 'v1' });
    const built = atRest(
      asked,
      nothingYet({ surroundings: goodSurroundings({ secrets: this.vault.states() }) }),
    );
    const resources = built.observed.resources.map((resource) => withDetails(resource));
    this.record = built.record;
    this.round = aRound({ resources, generations: built.record.generations, mustLook: false });
    for (const { identity, secret } of this.credentials()) this.active.set(identity, `${secret}/v1`);
    for (const slot of this.slots) {
      const own = this.credentials().filter((credential) => credential.slot === slot);
      const psk = new Map(own.map(({ identity, secret }) => [identity, `${secret}/v1`] as const));
      this.machines.put({ slot, psk, isUp: true, since: noon.getTime() - 3600_000 });
    }
  }

  get now(): Date {
    return atSeconds(this.seconds);
  }

  get slots(): readonly SlotId[] {
    return desiredSlots(this.record.spec, this.record.resolved?.zones ?? []).map(({ slot }) => slot);
  }

  /** Versions by slot: what its machine has, without the secret's name where there is one alone. */
  get versions(): Readonly<Record<string, string>> {
    return this.machines.versions();
  }

  /** Whether all gateways and the far side have what is said to be in use, and their tunnels stand. */
  get isAgreed(): boolean {
    const inUse = this.record.secretsInUse ?? {};
    const isInUse = (pair: string) => {
      const [name = '', version] = pair.split('/');
      return inUse[name]?.version === version;
    };
    return [...this.active.values()].every(isInUse) && this.machines.areUpWith(isInUse);
  }

  /** Each credential of each gateway, and the secret whose PSK it holds. */
  credentials(): readonly { readonly slot: SlotId; readonly identity: string; readonly secret: string }[] {
    const { spec, resolved } = this.record;
    if (resolved === undefined) return [];
    return desiredSlots(spec, resolved.zones).flatMap((slot) => {
      const address = this.round.resources.find(
        (resource) => resource.kind === 'public-ip' && resource.slot === slot.slot,
      );
      const known = address?.kind === 'public-ip' ? (address.address ?? '') : '';
      const { tunnels } = gatewayConfig(spec, slot, known, resolved, policy);
      const names = secretNames(spec, slot.slot);
      return tunnels
        .filter(({ localId }, at) => tunnels.findIndex((other) => other.localId === localId) === at)
        .map(({ role, localId }) => ({ slot: slot.slot, identity: localId, secret: names[role] }));
    });
  }

  /** A person enters the newest version of each secret at Zscaler, and activates. */
  enterByHand(): void {
    for (const { identity, secret } of this.credentials()) {
      const newest = this.vault.newest(secret);
      this.told.set(identity, `${secret}/${newest}`);
    }
    this.activate();
  }

  /** Somebody enters another PSK there than any that the vault has. */
  changeAtFarSide(slot: SlotId): void {
    for (const { identity } of this.credentials().filter((credential) => credential.slot === slot)) {
      this.active.set(identity, 'somebody’s own');
    }
  }

  /** A tunnel is taken down, so that it has to authenticate again. */
  dropTunnel(slot: SlotId): void {
    this.machines.drop(slot, this.now);
  }

  addVersion(name: string, version: string): void {
    this.vault.add(name, { version });
  }

  disable(name: string, version: string): void {
    this.vault.disable(name, version);
  }

  isEnabled(name: string, version: string): boolean {
    return this.vault.isEnabled(name, version);
  }

  /** Somebody asks for a rotation. */
  ask(): void {
    this.record = { ...this.record, rotationWanted: { by: 'ann@example.com', at: this.now.toISOString() } };
  }

  /** Plays rounds until something is so; fails loudly when it never is. */
  until(isSo: (playing: this) => boolean, mostRounds = 400): this {
    for (let count = 0; count < mostRounds; count++) {
      if (count > 0 && isSo(this)) return this;
      this.playRound();
    }
    if (isSo(this)) return this;
    throw new Error(`Not so after ${mostRounds} rounds: ${JSON.stringify(this.record.rotation)}`);
  }

  /** Plays for some time. */
  go(seconds: number): this {
    const end = this.seconds + seconds;
    while (this.seconds < end) this.playRound();
    return this;
  }

  /** Leaves time out, as while nothing is due at the site. */
  skip(seconds: number): this {
    this.seconds += seconds;
    return this;
  }

  /** A rotation that has begun is played to its end. */
  untilOver(mostRounds = 400): this {
    return this.until(({ record }) => record.rotation === undefined, mostRounds);
  }

  /** What was begun, without times. */
  get done(): readonly string[] {
    return this.diary.map(({ what }) => what);
  }

  /** Sentences of one reason. */
  sentences(reason: TimelineEntry['reason']): readonly string[] {
    return this.timeline.filter((entry) => entry.reason === reason).map(({ sentence }) => sentence);
  }

  /** One round. */
  playRound(): void {
    this.seconds += this.roundSeconds;
    this.machines.reconnect(
      ({ slot, psk }) => this.isAccepted(psk) && this.trouble.setup?.(slot) === undefined,
      this.now,
    );
    this.endSetups();
    this.machines.measure(this.now);
    const plan = this.planned();
    this.plan = plan;
    this.recordPlan(plan);
    const now = this.now;
    const { steps, rotationSteps = [] } = plan;
    const answers = steps.map((step) => this.begin(step));
    const rotated = rotationSteps.map((step) => this.rotate(step));
    const begun = foldBegun(this.round, steps, answers, now);
    this.round = foldRotated(begun, rotationSteps, rotated, now);
    if (this.trouble.crash?.() === true) this.crash();
  }

  /** What the run knew is gone; the next one begins with the row, and sees what stands in Azure. */
  private crash(): void {
    const { attempts, generations } = this.record;
    const { resources } = this.round;
    this.round = aRound({ resources, attempts, generations, mustLook: false });
  }

  private planned(): Plan {
    const { name } = this.record;
    const looked = {
      site: name,
      resourceGroup: policy.resourceGroup,
      observedAt: this.now.toISOString(),
      resources: this.round.resources,
      taken: [],
      health: this.machines.samples(),
      secrets: this.vault.states(),
    };
    this.round = foldResources(this.round, success(looked), name, this.now);
    for (let question = 0; question < 5; question++) {
      const reading = { record: this.record, writtenAs: '', settings: policy };
      const plan = planRound(this.round, reading, policy.configHash, this.now);
      this.round = foldPlan(this.round, plan);
      if (plan.needsSurroundings) {
        const value = goodSurroundings({ secrets: this.vault.states() });
        this.round = foldSurroundings(this.round, value, this.now);
      } else if (plan.needsFleet === true) {
        const fleet = { gateways: 20, failing: 0, edges: {} };
        this.round = foldFleet(this.round, { fleet }, this.now);
      } else if ((plan.wantsSeats ?? []).length > 0) {
        const seats = Object.fromEntries((plan.wantsSeats ?? []).map((slot) => [slot, 'taken' as const]));
        this.round = foldFleet(this.round, { seats }, this.now);
      } else return plan;
    }
    throw new Error('The plan asks for ever.');
  }

  /** As `recordRound` does. */
  private recordPlan(plan: Plan): void {
    const reading = { record: this.record, writtenAs: '', settings: policy };
    const run = { id: 'run', startedAt: noon.toISOString() };
    const { status, entries } = recordOf({
      round: this.round,
      plan,
      reading,
      run,
      isOver: false,
      now: this.now,
    });
    const { kept, ...told } = status;
    const { rotation, rotationWanted } = this.record;
    const before = withoutField(
      withoutField(withoutField(this.record, 'rotation'), 'rotationWanted'),
      'problem',
    );
    if (kept === undefined) {
      this.record = { ...this.record, ...told };
    } else {
      const { isRotationWanted, ...decided } = kept;
      this.record = {
        ...before,
        ...told,
        ...decided,
        ...(isRotationWanted && rotationWanted !== undefined ? { rotationWanted } : {}),
      };
    }
    if (rotation !== undefined && this.record.rotation?.id !== rotation.id)
      this.note(`over ${rotation.state}`);
    this.timeline.push(...entries);
    this.round = { ...this.round, happened: [], rotated: [] };
  }

  private note(what: string): void {
    this.diary.push({ seconds: this.seconds, what });
  }

  private begin(step: Step): Outcome<Begun> {
    if (step.verb !== 'put') throw new Error(`No ${step.verb} is due in a rotation: ${step.sentence}`);
    const { intent } = step;
    switch (intent.kind) {
      case 'setup':
        return this.beginSetup(intent);
      case 'run':
        return success({
          observed: saidByRun(intent, this.machines.isUp(intent.slot), this.now),
        });
      case 'pool': {
        const balancer = this.round.resources.find((resource) => resource.kind === 'load-balancer');
        if (balancer === undefined) throw new Error('No balancer stands.');
        this.note(`drained ${intent.drained.join(' ')}`.trim());
        return success({ observed: { ...balancer, drained: intent.drained } });
      }
      default:
        return success({ observed: made(step) });
    }
  }

  private beginSetup(intent: SetupIntent): Outcome<Begun> {
    const handed = Object.values(intent.psk);
    const off = handed.find(({ name, version }) => !this.isEnabled(name, version));
    const versions = [...new Set(handed.map(({ version }) => version))].join(' ');
    this.note(`setup ${intent.slot} ${versions}`);
    if (off !== undefined) {
      return failure(problem('secret-disabled', `Version ${off.version} of secret ${off.name} is disabled.`));
    }
    this.setups.set(intent.virtualMachine, intent);
    return success({ operation: {} });
  }

  /** Scripts that were begun in the round before are over. */
  private endSetups(): void {
    const ended = [...this.setups.values()].map((intent) => this.setUp(intent));
    this.setups.clear();
    const due = this.round.inFlight.filter(({ kind }) => kind === 'setup');
    const answers = due.map((operation) => {
      const observed = ended.find((setup) => identityOf(setup) === identityOf(operation));
      if (observed === undefined) throw new Error(`No setup of ${operation.name} was begun.`);
      return { state: 'succeeded' as const, observed };
    });
    // One that no run knows of any more is seen all the same.
    const seen = ended.reduce(mergeResource, this.round);
    this.round = foldAnswers(seen, due, answers, this.now);
  }

  private setUp(intent: SetupIntent): ObservedResource {
    const psk = new Map(
      intent.gateway.tunnels.map(({ role, localId }) => {
        const { name = '', version = '' } = intent.psk[role] ?? {};
        return [localId, `${name}/${version}`] as const;
      }),
    );
    const isAccepted = this.isAccepted(psk);
    const reason =
      this.trouble.setup?.(intent.slot) ?? (isAccepted ? undefined : ('credential-refused' as const));
    const isUp = reason === undefined;
    this.machines.put({ slot: intent.slot, psk, isUp, since: this.now.getTime() });
    const said = saidBySetup(intent, reason, this.now);
    return isUp || this.trouble.isTimeless !== true ? said : withoutField(said, 'endedAt');
  }

  private isAccepted(psk: ReadonlyMap<string, string>): boolean {
    return [...psk].every(([identity, pair]) => this.active.get(identity) === pair);
  }

  private rotate(step: RotationStep): Outcome<Begun> {
    const { intent } = step;
    const why = this.trouble.step?.(step);
    const what = intent.kind === 'disable-version' ? `${intent.name}/${intent.secret.version}` : intent.name;
    this.note(`${intent.kind} ${what}${why === undefined ? '' : ' in vain'}`);
    if (why !== undefined) return failure(why);
    switch (intent.kind) {
      case 'make-version':
        return success({ version: this.vault.make(intent.secret, intent.rotation) });
      case 'tell-far-side': {
        const { name, version } = intent.secret;
        if (!this.isEnabled(name, version)) {
          return failure(problem('secret-disabled', `Version ${version} of secret ${name} is disabled.`));
        }
        this.told.set(intent.identity, `${name}/${version}`);
        return success({});
      }
      case 'activate-far-side':
        this.activate();
        return success({});
      case 'disable-version':
        this.disable(intent.secret.name, intent.secret.version);
        return success({});
    }
  }

  private activate(): void {
    for (const [identity, pair] of this.told) this.active.set(identity, pair);
    this.told.clear();
  }
}

/** What Azure tells besides, and what is the same for all machines in words. */
function withDetails(resource: ObservedResource): ObservedResource {
  if (resource.kind === 'network-interface') return { ...resource, privateIp: ipOf(resource.slot) };
  return resource.kind === 'setup' ? { ...resource, endedAt: atSeconds(-3600).toISOString() } : resource;
}

function secretsOf({ spec }: SiteRecord): readonly string[] {
  const names = desiredSlots(spec, spec.zones ?? []).flatMap(({ slot }) =>
    Object.values(secretNames(spec, slot)),
  );
  return [...new Set(names)];
}

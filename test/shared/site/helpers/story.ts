/** What becomes of a site over time? Rounds of plan and step against a region that is told what breaks and what helps. */
import type { GatewayDiagnosis } from '../../../../shared/gateway/gateway-diagnosis.js';
import { foldAnswers } from '../../../../shared/site/fold-answers.js';
import { fleetView } from '../../../../shared/site/fleet-view.js';
import type { OperationAnswer } from '../../../../shared/site/intent.js';
import type {
  BackendSample,
  ObservedResource,
  ObservedVirtualMachine,
  ReportedTrouble,
} from '../../../../shared/site/observed-site.js';
import type { GatewayOrders } from '../../../../shared/site/orders.js';
import type { Plan, Step } from '../../../../shared/site/plan.js';
import { planSite } from '../../../../shared/site/plan-site.js';
import { success } from '../../../../shared/site/problem.js';
import type { Rung } from '../../../../shared/site/remedy.js';
import type { SiteRecord } from '../../../../shared/site/site-record.js';
import { entriesOf, toldBy } from '../../../../shared/site/tell.js';
import type { TimelineEntry } from '../../../../shared/site/timeline-entry.js';
import { withoutField } from '../../../../shared/site/without-field.js';
import { after, allIsWell, atRest } from './azure-in-words.js';
import { aRecord, aRound, aSite, atSeconds, goodSurroundings, policy } from './builders.js';
import {
  durationOf,
  isOf,
  keyOf,
  keyOfOperation,
  reasonOf,
  rungOf,
  slotOf,
  underWay,
  wordsOf,
} from './story-steps.js';
import { foldBegun } from '../../../../shared/site/fold-begun.js';
import { foldFleet, foldResources, foldSurroundings } from '../../../../shared/site/fold-looks.js';
import { foldPlan } from '../../../../shared/site/next-round.js';
import { observedOf, type Round } from '../../../../shared/site/round.js';

/** What is wrong with a gateway, and what helps. */
export interface Illness {
  /** What the machine says when it is asked; `nothing`: the script never ends. */
  readonly says: Partial<GatewayDiagnosis> | 'nothing';
  /** Rungs after which it is well again. */
  readonly curedBy: readonly Rung[];
}

/** A round comes this often, in seconds. */
const tickSeconds = 15;

/** How far back the balancer's minutes are read, in seconds. */
const rememberedSeconds = 420;

/** One site in its region, from noon on. */
export class Story {
  record: SiteRecord;
  seconds = 0;
  /** All steps that were begun: `120 hq-z1-1 put setup`. */
  readonly begun: { readonly at: number; readonly step: Step }[] = [];
  readonly timeline: TimelineEntry[] = [];
  /** Gateways of other sites, and how many of them fail. */
  others = { gateways: 20, failing: 0 };
  resources: readonly ObservedResource[];
  /** Monitor answers nothing. */
  isMetricLost = false;
  /** What gateways report, besides: the newest of each that doesn't serve. */
  reports: readonly ReportedTrouble[] = [];
  #round: Round;
  readonly #ends = new Map<string, { readonly step: Step; readonly endsAt: number }>();
  readonly #illnesses = new Map<string, Illness>();
  readonly #seats = new Set<string>();
  /** Share of answered probes, by minute and private address. */
  readonly #minutes = new Map<string, { answered: number; all: number }>();

  constructor(spec: Readonly<Record<string, unknown>> = {}) {
    const rested = atRest(aRecord(spec));
    this.record = rested.record;
    this.resources = rested.observed.resources;
    this.#round = aRound({ generations: rested.record.generations });
    for (let minute = -rememberedSeconds; minute < 0; minute += 60) this.#measure(minute);
  }

  /** A gateway stops to serve. */
  breaks(slot: string, illness: Illness): void {
    this.#illnesses.set(slot, illness);
  }

  /** What was wrong is over by itself. */
  recovers(slot: string): void {
    this.#illnesses.delete(slot);
  }

  /** Somebody changes a machine in Azure; `undefined` deletes it. */
  changesMachine(slot: string, change: Partial<ObservedVirtualMachine> | undefined): void {
    this.resources = this.resources.flatMap((resource) => {
      if (!('slot' in resource) || resource.slot !== slot) return [resource];
      if (change === undefined && (resource.kind === 'virtual-machine' || 'virtualMachine' in resource))
        return [];
      return [resource.kind === 'virtual-machine' ? { ...resource, ...change } : resource];
    });
  }

  /** The owner replaces the site's spec; zones that were decided stay unless it names some. */
  wants(spec: Readonly<Record<string, unknown>>): void {
    const site = aSite(spec);
    const { resolved } = this.record;
    const zones = site.zones === undefined ? {} : { zones: site.zones };
    this.record = {
      ...this.record,
      spec: site,
      ...(resolved === undefined ? {} : { resolved: { ...resolved, ...zones } }),
    };
  }

  /** An operator orders something on a gateway, or takes all orders back. */
  orders(slot: string, orders: GatewayOrders | undefined): void {
    const others = withoutField(this.record.orders ?? {}, slot);
    this.record = { ...this.record, orders: orders === undefined ? others : { ...others, [slot]: orders } };
  }

  doing(slot: string) {
    return this.record.gateways.find((gateway) => gateway.slot === slot)?.doing;
  }

  /** Steps of a gateway, or of all, in words: `hq-z1-1 put setup`. */
  steps(slot = ''): readonly string[] {
    return this.begun.map(({ step }) => wordsOf(step)).filter((words) => words.startsWith(slot));
  }

  /** Lines of the timeline for one reason. */
  told(reason: string): readonly string[] {
    return this.timeline.filter((entry) => entry.reason === reason).map(({ sentence }) => sentence);
  }

  /** Lets time go by; answers the plans. */
  passes(seconds: number): readonly Plan[] {
    const plans: Plan[] = [];
    for (const until = this.seconds + seconds; this.seconds < until;) {
      plans.push(this.#tick());
      this.seconds += tickSeconds;
    }
    return plans;
  }

  /** Time in which nothing happens, and of which no minute is looked at. */
  skips(seconds: number): void {
    this.seconds += seconds;
  }

  /** Lets time go by until something holds. */
  until(holds: (story: Story) => boolean, mostSeconds = 7200): void {
    for (const end = this.seconds + mostSeconds; !holds(this);) {
      if (this.seconds >= end) throw new Error(`Not within ${mostSeconds} s: ${this.steps().join('; ')}`);
      this.passes(tickSeconds);
    }
  }

  #tick(): Plan {
    const now = atSeconds(this.seconds);
    this.#endOperations(now);
    this.#probe();
    this.#look(now);
    const plan = this.#plan(now);
    this.timeline.push(...this.#round.happened, ...entriesOf(plan, this.record, now));
    this.#round = foldPlan({ ...this.#round, happened: [] }, plan);
    const before = this.record.remedies ?? {};
    this.#keep(plan);
    for (const slot of Object.keys(before)) {
      if (this.record.remedies?.[slot] === undefined) this.#seats.delete(slot);
    }
    this.#begin(plan.steps, now);
    return plan;
  }

  #look(now: Date): void {
    const seen = success({
      site: this.record.name,
      resourceGroup: policy.resourceGroup,
      observedAt: now.toISOString(),
      resources: this.resources,
      taken: [],
      health: this.#samples(),
      secrets: [],
      reports: this.reports,
    });
    const looked = foldResources(this.#round, seen, this.record.name, now);
    this.#round = foldSurroundings(looked, goodSurroundings(), now);
  }

  /** Plans, and answers what the plan asks for first. */
  #plan(now: Date): Plan {
    for (let question = 0; question < 5; question++) {
      const record = { ...this.record, generations: this.#round.generations };
      const plan = planSite(record, observedOf(this.#round, now), policy, now);
      const { needsFleet = false, wantsSeats = [] } = plan;
      if (wantsSeats.length > 0) this.#round = foldFleet(this.#round, { seats: this.#take(wantsSeats) }, now);
      else if (needsFleet) this.#round = foldFleet(this.#round, { fleet: this.#fleet() }, now);
      else return plan;
    }
    throw new Error('The plan asks for ever.');
  }

  #take(slots: readonly string[]): Readonly<Record<string, 'taken' | 'full'>> {
    return Object.fromEntries(
      slots.map((slot) => {
        const isTaken = this.#seats.has(slot) || this.#seats.size < policy.fleet.maxInFlight;
        if (isTaken) this.#seats.add(slot);
        return [slot, isTaken ? 'taken' : 'full'];
      }),
    );
  }

  #fleet() {
    const mine = fleetView([this.record]);
    const { gateways, failing } = this.others;
    return { ...mine, gateways: mine.gateways + gateways, failing: mine.failing + failing };
  }

  #keep({ phase, gateways, kept, resolved, problem, ...plan }: Plan): void {
    const before = withoutField(withoutField(this.record, 'problem'), 'rotation');
    this.record = {
      ...before,
      phase,
      gateways,
      ...(kept === undefined ? {} : withoutField(kept, 'isRotationWanted')),
      ...(resolved === undefined ? {} : { resolved }),
      ...(problem === undefined ? {} : { problem }),
      generations: this.#round.generations,
      told: toldBy({ phase, gateways, ...plan }),
    };
  }

  #begin(steps: readonly Step[], now: Date): void {
    this.begun.push(...steps.map((step) => ({ at: this.seconds, step })));
    const answers = steps.map(() => success({ operation: {} }));
    this.#round = foldBegun(this.#round, steps, answers, now);
    for (const step of steps) {
      this.resources = underWay(this.resources, step);
      this.#ends.set(keyOf(step), { step, endsAt: this.seconds + durationOf(step) });
    }
  }

  #endOperations(now: Date): void {
    const due = this.#round.inFlight.flatMap((operation) => {
      const end = this.#ends.get(keyOfOperation(operation));
      if (end === undefined || end.endsAt > this.seconds || this.#isMute(end.step)) return [];
      return [{ operation, step: end.step }];
    });
    const answers = due.map(({ step }): OperationAnswer => {
      this.#cure(step);
      this.resources = after(this.resources, step, now).map((resource) => this.#asItIs(resource, step, now));
      const observed = this.resources.find((resource) => isOf(resource, step));
      return observed === undefined || step.verb === 'delete'
        ? { state: 'succeeded' }
        : { state: 'succeeded', observed };
    });
    const operations = due.map(({ operation }) => operation);
    this.#round = foldAnswers(this.#round, operations, answers, now);
  }

  #cure(step: Step): void {
    const slot = slotOf(step);
    const rung = rungOf(step);
    if (slot === undefined || rung === undefined) return;
    if (this.#illnesses.get(slot)?.curedBy.includes(rung) === true) this.#illnesses.delete(slot);
  }

  /** A script on a machine that doesn't answer never ends. */
  #isMute(step: Step): boolean {
    const slot = slotOf(step);
    const says = slot === undefined ? undefined : this.#illnesses.get(slot)?.says;
    return says === 'nothing' && step.verb === 'put' && step.intent.kind === 'run';
  }

  /** What a script that has just ended says of an ill gateway. */
  #asItIs(resource: ObservedResource, step: Step, now: Date): ObservedResource {
    if (!isOf(resource, step) || !('slot' in resource)) return resource;
    const illness = this.#illnesses.get(resource.slot);
    if (illness === undefined || illness.says === 'nothing') return resource;
    const endedAt = now.toISOString();
    const said = { ...allIsWell, probe: 503, ...illness.says };
    const failed = { ok: false, config: '', changed: [], tunnels: {}, probe: 503, reason: reasonOf(said) };
    if (resource.kind === 'setup') {
      return { ...resource, endedAt, execution: 'failed', result: failed };
    }
    if (resource.kind !== 'run') return resource;
    return resource.name === 'diagnose'
      ? { ...resource, endedAt, diagnosis: said }
      : { ...resource, endedAt, execution: 'failed', result: failed };
  }

  #serves(slot: string): boolean {
    const machine = this.resources.find(
      (resource): resource is ObservedVirtualMachine =>
        resource.kind === 'virtual-machine' && resource.slot === slot,
    );
    const setup = this.resources.find(
      (resource) => resource.kind === 'setup' && resource.virtualMachine === machine?.name,
    );
    const isSetUp = setup?.kind === 'setup' && setup.result?.ok === true;
    return machine?.power === 'running' && isSetUp && !this.#illnesses.has(slot);
  }

  /** A member that is kept from connections is measured as down, whatever its probes find. */
  #probe(): void {
    this.#measure(Math.floor(this.seconds / 60) * 60);
  }

  #measure(minute: number): void {
    const balancer = this.resources.find((resource) => resource.kind === 'load-balancer');
    const drained: readonly string[] = balancer?.drained ?? [];
    for (const resource of this.resources) {
      if (resource.kind !== 'network-interface') continue;
      const key = `${minute} ${resource.privateIp ?? ''}`;
      const { answered, all } = this.#minutes.get(key) ?? { answered: 0, all: 0 };
      const isAnswered = this.#serves(resource.slot) && !drained.includes(resource.slot);
      this.#minutes.set(key, { answered: answered + (isAnswered ? 1 : 0), all: all + 1 });
    }
  }

  /** The metric is a minute late. */
  #samples(): readonly BackendSample[] {
    if (this.isMetricLost) return [];
    return [...this.#minutes].flatMap(([key, { answered, all }]) => {
      const [minute = '', privateIp = ''] = key.split(' ');
      const age = this.seconds - Number(minute);
      if (age < 120 || age > rememberedSeconds) return [];
      return [{ privateIp, at: atSeconds(Number(minute)).toISOString(), percent: (100 * answered) / all }];
    });
  }
}

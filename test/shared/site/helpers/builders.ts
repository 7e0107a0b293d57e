/** What does a healthy site look like? Builders that take only the difference a test is about. */
import type { Operation } from '../../../../shared/site/intent.js';
import { slotId, type SlotId, type Zone } from '../../../../shared/site/ids.js';
import type {
  ObservedResource,
  ObservedSubnet,
  SizeOffer,
  Surroundings,
} from '../../../../shared/site/observed-site.js';
import type { Observed } from '../../../../shared/site/plan.js';
import type { Policy } from '../../../../shared/site/policy.js';
import { problem, success, type ProblemCode } from '../../../../shared/site/problem.js';
import { readSite } from '../../../../shared/site/read-site.js';
import { fingerprint } from '../../../../shared/site/fingerprint.js';
import { newSiteRecord, type Attempt, type SiteRecord } from '../../../../shared/site/site-record.js';
import type { Site } from '../../../../shared/site/site.js';
import { aBody, subnetId } from './bodies.js';
import type { Round } from '../../../../shared/site/round.js';

/** The time at which tests plan. */
export const noon = new Date('2026-03-02T12:00:00.000Z');

/** A time some seconds after noon, before it when negative. */
export function atSeconds(seconds: number): Date {
  return new Date(noon.getTime() + seconds * 1000);
}

/** Settings of a deployment; the configuration's hash is one that needs no rendering. */
export const policy: Policy = {
  subscriptionId: '11111111-2222-3333-4444-555555555555',
  resourceGroup: 'rg-gateways',
  zscalerCloud: 'zscaler',
  configHash: (config) => fingerprint(config),
  fleet: { maxInFlight: 5, freezeShare: 0.3 },
  hasActionGroup: false,
};

/** A site as `readSite` reads it. */
export function aSite(changes: Readonly<Record<string, unknown>> = {}): Site {
  const read = readSite(aBody(changes));
  if (!read.ok) throw new Error(read.problem.detail);
  return read.value;
}

/** The record of a site that was just asked for, with what a test changes. */
export function aRecord(
  spec: Readonly<Record<string, unknown>> = {},
  changes: Partial<SiteRecord> = {},
): SiteRecord {
  return { ...newSiteRecord(aSite(spec), 'ann@example.com', noon.toISOString()), ...changes };
}

/** A subnet with room and a way out. */
export function goodSubnet(changes: Partial<ObservedSubnet> = {}): ObservedSubnet {
  return {
    id: subnetId,
    region: 'westeurope',
    addressSpace: ['10.0.0.0/16'],
    freeAddresses: 200,
    defaultRoute: { kind: 'internet', because: 'system' },
    ...changes,
  };
}

/** The default size as three zones offer it. */
export function goodOffer(changes: Partial<SizeOffer> = {}): SizeOffer {
  return {
    size: 'Standard_D2s_v5',
    isOffered: true,
    zones: ['1', '2', '3'],
    vCpus: 2,
    acceleratedNetworking: true,
    encryptionAtHost: true,
    family: 'standardDSv5Family',
    ...changes,
  };
}

/** Surroundings that speak against nothing, three zones wide. */
export function goodSurroundings(changes: Partial<Surroundings> = {}): Surroundings {
  return {
    subnet: success(goodSubnet()),
    offer: success(goodOffer()),
    coreQuotas: success([
      { name: 'Total Regional vCPUs', limit: 100, used: 0 },
      { name: 'Standard DSv5 Family vCPUs', limit: 100, used: 0 },
    ]),
    publicIpQuota: success({ name: 'Public IP Addresses', limit: 100, used: 0 }),
    image: success({ exists: true }),
    secrets: [success({ name: 'psk-hq', state: 'usable', version: 'v1' })],
    foreignAddresses: [],
    ...changes,
  };
}

/** What is known when nothing is there yet and the surroundings are good. */
export function nothingYet(changes: Partial<Observed> = {}): Observed {
  return { resources: [], inFlight: [], attempts: [], surroundings: goodSurroundings(), ...changes };
}

/** The slot of site `hq` in a zone. */
export function aSlot(zone: Zone, n = 1): SlotId {
  return slotId(aSite().name, zone, n);
}

/** Something that failed at noon and may be tried again after a pause. */
export function anAttempt(
  subject: string,
  code: ProblemCode,
  { failures = 1, pauseSeconds = 30 }: { readonly failures?: number; readonly pauseSeconds?: number } = {},
): Attempt {
  return {
    subject,
    failures,
    problem: problem(code, `${subject} failed.`, { mend: 'Mend it.' }),
    failedAt: noon.toISOString(),
    notBefore: atSeconds(pauseSeconds).toISOString(),
  };
}

/** An operation in flight that was begun at noon. */
export function anOperation(changes: Pick<Operation, 'kind' | 'name'> & Partial<Operation>): Operation {
  return {
    verb: 'put',
    begunAt: noon.toISOString(),
    askAt: atSeconds(10).toISOString(),
    url: 'https://management.azure.com/operations/1',
    ...changes,
  };
}

/** All resources except those of the given names. */
export function without(resources: readonly ObservedResource[], ...names: readonly string[]) {
  return resources.filter(({ name }) => !names.includes(name));
}

/** What a run carries before its first look. */
export function aRound(changes: Partial<Round> = {}): Round {
  return {
    resources: [],
    mustLook: true,
    isLookFresh: false,
    wantsSurroundings: false,
    inFlight: [],
    attempts: [],
    generations: {},
    happened: [],
    health: [],
    secrets: [],
    reports: [],
    rotated: [],
    ...changes,
  };
}

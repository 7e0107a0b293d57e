/** What does a request about a site do? Reads, decides, writes the row; nudging is the trigger's. */
import { changeSite } from '../shared/site/change-site.js';
import { parseSiteName, type SiteName } from '../shared/site/ids.js';
import { beingDeleted } from '../shared/site/operate.js';
import { failure, problem, success, type Outcome } from '../shared/site/problem.js';
import { readSite } from '../shared/site/read-site.js';
import { siteDifferences } from '../shared/site/site-differences.js';
import type { Site } from '../shared/site/site.js';
import { newSiteRecord, type SiteRecord } from '../shared/site/site-record.js';
import type { Reason } from '../shared/site/reason.js';
import {
  createSiteRow,
  readSiteRow,
  removeSiteRow,
  replaceSiteRow,
  type SiteRow,
} from '../shared/store/sites.js';
import { appendTimeline } from '../shared/store/timeline.js';
import { specTag } from './site-view.js';

/** Who asks, and when (ISO 8601). */
export interface Asker {
  readonly by: string;
  readonly at: string;
}

/** A site as it stands after a request; `isNew` when the request changed it. */
export interface Requested {
  readonly row: SiteRow;
  readonly isNew: boolean;
}

/** Asks for a site: made when the name is free, found again when the spec is the same. */
export async function requestSite(body: unknown, asker: Asker): Promise<Outcome<Requested>> {
  const site = readSite(body);
  if (!site.ok) return site;
  const record = newSiteRecord(site.value, asker.by, asker.at);
  if ((await createSiteRow(record)) === 'created') {
    await tell(record.name, 'site-requested', `${record.name} is requested in ${record.spec.region}.`, asker);
    return found(record.name, true);
  }
  const row = await readSiteRow(record.name);
  if (row === undefined) return requestSite(body, asker); // it was deleted in between
  if (row.record.wanted === 'absent') return failure(beingDeleted(record.name));
  const differences = siteDifferences(row.record.spec, site.value);
  return differences.length === 0
    ? success({ row, isNew: false })
    : failure(exists(record.name, differences));
}

function exists(name: SiteName, differences: readonly string[]) {
  return problem(
    'site-exists',
    `Site ${name} is there with another spec; it differs in ${differences.join(', ')}.`,
    {
      ...(differences[0] === undefined ? {} : { field: differences[0] }),
      mend: `Choose another name, or replace the spec with PUT /api/sites/${name}.`,
    },
  );
}

/** Finds a site by the text of its name. */
export async function findSite(text: string | undefined): Promise<Outcome<SiteRow>> {
  const name = parseSiteName(text ?? '');
  const row = name === undefined ? undefined : await readSiteRow(name);
  if (row !== undefined) return success(row);
  return failure(
    problem('site-not-found', `There is no site ${JSON.stringify((text ?? '').slice(0, 80))}.`, {
      mend: 'List the sites with GET /api/sites.',
    }),
  );
}

/** Replaces the spec of a site: as a whole while nothing has been built, within what can change afterwards. */
export async function replaceSite(
  name: string | undefined,
  ifMatch: string | null,
  body: unknown,
  asker: Asker,
): Promise<Outcome<Requested>> {
  const row = await findSite(name);
  if (!row.ok) return row;
  const { record, etag } = row.value;
  const site = readSite(body);
  if (!site.ok) return site;
  const refused = whyNotReplaced(record, site.value, ifMatch);
  if (refused !== undefined) return failure(refused);
  const differences = siteDifferences(record.spec, site.value);
  if (differences.length === 0) return success({ row: row.value, isNew: false });
  const next = hasNothingBuilt(record)
    ? success(requestedAnew(record, site.value, asker))
    : changeSite(record, site.value, asker.at);
  if (!next.ok) return next;
  // A new wish for a look: a run that is at work has seen what surrounds the old spec, not the new one.
  const written = await replaceSiteRow(next.value, etag, asker.at);
  if (written.kind === 'changed') return replaceSite(name, ifMatch, body, asker);
  await tell(record.name, 'site-replaced', replacedSentence(record, differences), asker);
  return found(record.name, true);
}

/**
 * A site that stood is refused too, where somebody deleted all of it and its surroundings speak against another: what
 * was tried and rotated still counts then.
 */
function hasNothingBuilt({ phase, generations }: SiteRecord): boolean {
  return (phase === 'accepted' || phase === 'refused') && Object.keys(generations).length === 0;
}

function requestedAnew(record: SiteRecord, site: Site, { at }: Asker): SiteRecord {
  const fresh = newSiteRecord(site, record.requestedBy, record.requestedAt);
  return { ...fresh, revision: record.revision + 1, phaseSince: at, lookAt: at };
}

function replacedSentence(record: SiteRecord, differences: readonly string[]): string {
  return hasNothingBuilt(record)
    ? `The spec of ${record.name} is replaced; nothing had been built.`
    : `The spec of ${record.name} is replaced; it differs in ${differences.join(', ')}.`;
}

function whyNotReplaced(record: SiteRecord, site: Site, ifMatch: string | null) {
  if (ifMatch === null) {
    return problem('precondition-required', 'A replacement needs If-Match.', {
      mend: 'Send the ETag that GET answered.',
    });
  }
  if (record.wanted === 'absent') return beingDeleted(record.name);
  if (site.name !== record.name) {
    return problem('invalid-field', `The body names ${site.name}, the path ${record.name}.`, {
      field: 'name',
      mend: 'A site cannot be renamed; make another.',
    });
  }
  return whyStale(record, ifMatch);
}

/** The problem of an If-Match that doesn't name the site as it is. */
export function whyStale(record: SiteRecord, ifMatch: string) {
  if (matches(ifMatch, specTag(record))) return undefined;
  return problem(
    'precondition-failed',
    `The site’s ETag is ${specTag(record)}, not ${ifMatch.slice(0, 80)}.`,
    { mend: 'Read the site again, and send its ETag.' },
  );
}

/** `*`, or a list that names the tag (RFC 9110, 13.1.1); a weak tag never matches. */
function matches(ifMatch: string, tag: string): boolean {
  const listed = ifMatch.split(',').map((item) => item.trim());
  return listed.includes('*') || listed.includes(tag);
}

/**
 * Gives a site up. One of which nothing was begun goes at once.
 *
 * @param ifMatch obeyed when it is sent; a deletion needs none
 */
export async function deleteSite(
  name: string | undefined,
  ifMatch: string | null,
  asker: Asker,
): Promise<Outcome<SiteRow>> {
  const row = await findSite(name);
  if (!row.ok) return row;
  const { record, etag, lookWanted } = row.value;
  if (record.wanted === 'absent')
    return failure(
      problem('site-not-found', `Site ${record.name} is being deleted already.`, {
        mend: 'Wait until GET answers 404.',
      }),
    );
  const stale = ifMatch === null ? undefined : whyStale(record, ifMatch);
  if (stale !== undefined) return failure(stale);
  const written = isUntouched(record)
    ? await removeSiteRow(record.name, etag)
    : await replaceSiteRow(
        { ...record, wanted: 'absent', phase: 'deleting', phaseSince: asker.at, lookAt: asker.at },
        etag,
        lookWanted ?? asker.at,
      );
  if (written.kind === 'changed') return deleteSite(name, ifMatch, asker);
  await tell(record.name, 'deletion-requested', `${record.name} is to be deleted.`, asker);
  return row;
}

/** No run has ever written this row, so nothing can have been begun. */
function isUntouched({ run }: SiteRecord): boolean {
  return run === undefined;
}

async function found(name: SiteName, isNew: boolean): Promise<Outcome<Requested>> {
  const row = await findSite(name);
  return row.ok ? success({ row: row.value, isNew }) : row;
}

/** Adds a line with who asked to the site's timeline. */
export function tell(name: SiteName, reason: Reason, sentence: string, { by, at }: Asker): Promise<void> {
  return appendTimeline(name, [{ at, reason, sentence, by }]);
}

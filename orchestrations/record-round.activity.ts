/** Is what is about to happen written down? The row first, by ETag: who loses there begins nothing. */
import { readSiteRow, removeSiteRow, replaceSiteRow } from '../shared/store/sites.js';
import { appendTimeline } from '../shared/store/timeline.js';
import type { SiteRecord } from '../shared/site/site-record.js';
import type { RecordOutcome, RoundRecord } from './activity-inputs.js';

/** Writes a round's status and timeline, unless somebody wrote the row since the round began. */
export async function recordRound(round: RoundRecord): Promise<RecordOutcome> {
  const row = await readSiteRow(round.site);
  if (row === undefined) return 'gone';
  if (row.etag !== round.etag) return isFenced(row.record, round) ? 'fenced' : 'changed';
  const written = round.isGone
    ? await removeSiteRow(round.site, round.etag)
    : await replaceSiteRow(
        withStatus(row.record, round),
        round.etag,
        round.isLookDone ? undefined : row.lookWanted,
      );
  if (written.kind === 'changed') return 'changed';
  await appendTimeline(round.site, round.entries);
  return round.isGone ? 'gone' : 'written';
}

/** Another run wrote the row, and it is the newer one. */
function isFenced({ run }: SiteRecord, round: RoundRecord): boolean {
  return run !== undefined && run.id !== round.run.id && run.startedAt >= round.run.startedAt;
}

function withStatus(record: SiteRecord, { status, run, now }: RoundRecord): SiteRecord {
  const kept = Object.fromEntries(
    Object.entries(record).filter(([field]) => field !== 'problem'),
  ) as SiteRecord; // an old problem goes unless it is told again
  const phaseSince = status.phase === record.phase ? record.phaseSince : now;
  return { ...kept, ...status, phaseSince, run };
}

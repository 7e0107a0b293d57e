/** Is what is about to happen written down? The row first, by ETag: who loses there begins nothing. */
import { forgetReports } from '../shared/store/reports.js';
import { readSiteRow, removeSiteRow, replaceSiteRow } from '../shared/store/sites.js';
import { appendTimeline } from '../shared/store/timeline.js';
import type { Kept } from '../shared/site/plan.js';
import { withoutField } from '../shared/site/without-field.js';
import type { SiteRecord } from '../shared/site/site-record.js';
import type { RecordOutcome, RoundRecord } from './activity-inputs.js';

/**
 * Writes a round's status and timeline, unless somebody wrote the record since the round began. A wish for a look that
 * came meanwhile holds up the end of a run alone: else wishes that come faster than looks would keep it from working.
 */
export async function recordRound(round: RoundRecord): Promise<RecordOutcome> {
  const row = await readSiteRow(round.site);
  if (row === undefined) return 'gone';
  if (isFenced(row.record, round)) return 'fenced';
  if (row.writtenAs !== round.writtenAs) return 'changed';
  if (round.isLookDone && !round.isGone && row.lookWanted !== round.lookWanted) return 'changed';
  const written = round.isGone
    ? await removeSiteRow(round.site, row.etag)
    : await replaceSiteRow(
        withStatus(row.record, round),
        row.etag,
        round.isLookDone ? undefined : row.lookWanted,
      );
  if (written.kind === 'changed') return 'changed';
  await appendTimeline(round.site, round.entries);
  if (round.isGone) await forgetReports(round.site);
  return round.isGone ? 'gone' : 'written';
}

/** Another run wrote the row, and it is the newer one; so also where this one has read what that wrote. */
function isFenced({ run }: SiteRecord, round: RoundRecord): boolean {
  return run !== undefined && run.id !== round.run.id && run.startedAt >= round.run.startedAt;
}

function withStatus(record: SiteRecord, { status: { kept, ...status }, run, now }: RoundRecord): SiteRecord {
  const before: SiteRecord = withoutField(record, 'problem'); // an old problem goes unless it is told again
  const phaseSince = status.phase === record.phase ? record.phaseSince : now;
  return { ...(kept === undefined ? before : withDecisions(before, kept)), ...status, phaseSince, run };
}

/** What isn't kept any more goes: a rotation that is over, a wish that was granted. */
function withDecisions(record: SiteRecord, { rotation, isRotationWanted, ...kept }: Kept): SiteRecord {
  const { rotationWanted } = record;
  return {
    ...withoutField(withoutField(record, 'rotation'), 'rotationWanted'),
    ...kept,
    ...(rotation === undefined ? {} : { rotation }),
    ...(isRotationWanted && rotationWanted !== undefined ? { rotationWanted } : {}),
  };
}

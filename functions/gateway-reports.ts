/** What do gateways tell of themselves? The newest report is kept, and has its site looked at when it tells anything new. */
import type { InvocationContext } from '@azure/functions';
import { parseSlotId, type SiteName, type SlotId } from '../shared/site/ids.js';
import { readReport, type GatewayReport, type ReportedState } from '../shared/site/read-report.js';
import { keepReport, newsOf } from '../shared/site/report-news.js';
import type { GatewayActivity } from '../shared/site/site-record.js';
import { keepReportRow, listOwedReports, readReportRow } from '../shared/store/reports.js';
import { json, problemAnswer } from './answer.js';
import { nudgeAll, readShared } from './nudge-sites.js';
import { nudge } from './nudge.js';
import { readBody } from './read-body.js';
import { registerRoute, type AskedHandler } from './route.js';

/** What was done with a report. */
interface Taken {
  readonly slot: string;
  /** The site that is looked at now. */
  readonly nudged: readonly SiteName[];
  /** The gateway, when no site of ours has it. */
  readonly ignored: readonly string[];
  /** It says what the one before said, a moment ago. */
  readonly repeated: boolean;
}

/** Reports of one gateway that meet in one row give way to each other so often; then the sender comes again. */
const mostTries = 5;

/** Takes a report; where the site can't be nudged, the sweep makes up for it. */
async function take({ slot, site, state }: GatewayReport, context: InvocationContext): Promise<Taken> {
  const known = await findGateway(site, slot);
  if (known === undefined) return { slot, nudged: [], ignored: [slot], repeated: false };
  const news = await keep(known, state);
  if (news !== 'nudges') return { slot, nudged: [], ignored: [], repeated: news === 'repeated' };
  try {
    await nudge(known.site, context);
  } catch (error) {
    await owe(known);
    throw error;
  }
  return { slot, nudged: [known.site], ignored: [], repeated: false };
}

interface KnownGateway {
  readonly site: SiteName;
  readonly slot: SlotId;
  readonly doing: GatewayActivity;
}

async function findGateway(siteTold: string, slotTold: string): Promise<KnownGateway | undefined> {
  const { site, slot } = parseSlotId(slotTold) ?? {};
  if (site === undefined || slot === undefined || site !== siteTold) return undefined;
  const row = await readShared(site);
  const told = row?.record.gateways.find((status) => status.slot === slot);
  return told === undefined ? undefined : { site, slot, doing: told.doing };
}

/** Keeps the newest report; of several that come at once each is weighed against the one that was kept before it. */
async function keep({ site, slot, doing }: KnownGateway, state: ReportedState) {
  for (let tries = 0; tries < mostTries; tries++) {
    const row = await readReportRow(site, slot);
    const now = new Date();
    const news = newsOf(state, row?.report, doing, now);
    if (news === 'repeated') return news;
    const report = keepReport(state, row?.report, news, now);
    if ((await keepReportRow({ site, slot, report }, row?.etag)) === 'kept') return news;
  }
  throw new Error(`Reports of ${slot} come faster than they can be kept.`);
}

/** The same report wouldn't count when it is sent again. */
async function owe({ site, slot }: KnownGateway): Promise<void> {
  const row = await readReportRow(site, slot);
  if (row !== undefined)
    await keepReportRow({ site, slot, report: { ...row.report, isOwed: true } }, row.etag);
}

/** Nudges the sites to which reports owe a look. */
export async function nudgeOwed(now: Date, context: InvocationContext): Promise<void> {
  const owed = await listOwedReports();
  await nudgeAll(new Set(owed.map(({ site }) => site)), context);
  const nudgedAt = now.toISOString();
  for (const { site, slot, report, etag } of owed)
    await keepReportRow({ site, slot, report: { ...report, isOwed: false, nudgedAt } }, etag);
}

/** Takes one report; 202 with what was done. */
export const postGatewayReport: AskedHandler = async (request, context) => {
  const body = await readBody(request, 'Send one report alone.');
  if (!body.ok) return problemAnswer(body.problem);
  const report = readReport(body.value);
  return report.ok ? json(202, await take(report.value, context)) : problemAnswer(report.problem);
};

/** Registers the route that gateways report to. */
export function registerGatewayReports(): void {
  registerRoute({
    name: 'postGatewayReport',
    method: 'POST',
    route: 'gateway-reports',
    role: 'GatewayReporter',
    handler: postGatewayReport,
  });
}

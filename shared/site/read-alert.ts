/** Is this body an alert of Azure Monitor, and about what? */
import { z, type core } from 'zod';
import { failure, problem, success, type Outcome } from './problem.js';

/** An alert, as the action group's web hook brings it. */
export interface Alert {
  readonly id: string;
  readonly condition: 'Fired' | 'Resolved';
  /** ISO 8601: when it fired or was resolved. */
  readonly at: string;
  /** ARM ids. */
  readonly targets: readonly string[];
  /** It is from longer ago than signals are kept: somebody sends an old one again. */
  readonly isStale: boolean;
}

/** The schema's own name (Microsoft Learn, 'Common alert schema'). */
const schemaId = 'azureMonitorCommonAlertSchema';

/** Rules of ours have one target; Azure names more only for rules over many resources. */
const maxTargets = 100;

/** A clock may run ahead so far; an alert from further in the future is none of Azure's. */
const futureSeconds = 10 * 60;

const turnItOn = 'Turn the common alert schema on in the action group’s web hook.';
const instant = z.iso.datetime({ offset: true, error: 'Send a time as ISO 8601.' });
const text = (most: number) =>
  z.string('Send it as text.').min(1, 'It is empty.').max(most, `At most ${most} characters are read.`);

const schema = z.object(
  {
    schemaId: z.literal(schemaId, turnItOn),
    data: z.object(
      {
        essentials: z.object(
          {
            alertId: text(1000),
            monitorCondition: z.enum(['Fired', 'Resolved'], 'Send "Fired" or "Resolved".'),
            alertTargetIDs: z
              .array(text(1000), 'Send a list of ARM ids.')
              .max(maxTargets, `At most ${maxTargets} targets are read.`),
            firedDateTime: instant,
            resolvedDateTime: instant.optional(),
          },
          turnItOn,
        ),
      },
      turnItOn,
    ),
  },
  turnItOn,
);

/**
 * Reads a body as an alert of the common alert schema; fields that are not needed are not looked at.
 *
 * @param keptSeconds how long signals are kept; an alert from before can't be told from one that came already
 * @returns the alert, or `invalid-alert` with the first field that is wrong
 */
export function readAlert(body: unknown, now: Date, keptSeconds: number): Outcome<Alert> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) return failure(notAnAlert(parsed.error.issues[0]));
  const { alertId, monitorCondition, alertTargetIDs, firedDateTime, resolvedDateTime } =
    parsed.data.data.essentials;
  const time = monitorCondition === 'Resolved' ? (resolvedDateTime ?? firedDateTime) : firedDateTime;
  const ageSeconds = (now.getTime() - Date.parse(time)) / 1000;
  if (ageSeconds < -futureSeconds) {
    return failure(
      problem('invalid-alert', `The alert is from ${Math.round(-ageSeconds)} s in the future.`, {
        field:
          monitorCondition === 'Resolved'
            ? 'data.essentials.resolvedDateTime'
            : 'data.essentials.firedDateTime',
        mend: 'Compare the clocks; Azure’s own alerts come after they fired.',
      }),
    );
  }
  return success({
    id: alertId,
    condition: monitorCondition,
    at: new Date(time).toISOString(),
    targets: [...new Set(alertTargetIDs)],
    isStale: ageSeconds > keptSeconds,
  });
}

/** Nothing of the body is quoted: it may be anything. */
function notAnAlert(issue: core.$ZodIssue | undefined) {
  const field = issue?.path.map(String).join('.') ?? '';
  return problem(
    'invalid-alert',
    `${field === '' ? 'The body' : field} is not what the common alert schema has there.`,
    {
      ...(field === '' ? {} : { field }),
      mend: issue?.message ?? turnItOn,
    },
  );
}

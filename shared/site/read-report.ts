/** Is this body a report of a gateway, and what does it say? */
import { z, type core } from 'zod';
import type { TunnelRole } from '../gateway/gateway-config.js';
import { failure, problem, success, type Outcome } from './problem.js';

/** One tunnel, as its gateway judges it. */
export interface ReportedTunnel {
  readonly role: TunnelRole;
  readonly isUp: boolean;
  /** Why it isn't, in one word such as `no-child-sa`; absent when nothing is wrong. */
  readonly trouble?: string;
}

/** What a gateway says of itself. */
export interface ReportedState {
  /** What the balancer's probe gets. */
  readonly probe: 200 | 503;
  /** The agent's own sentence: one line, at most 200 characters, without control characters. */
  readonly because: string;
  /** Which tunnel new connections take; absent when they take none. */
  readonly route?: TunnelRole;
  readonly tunnels: readonly ReportedTunnel[];
}

/** A report: who says it, as it was told; whether there is such a gateway is another question. */
export interface GatewayReport {
  readonly site: string;
  readonly slot: string;
  readonly state: ReportedState;
}

/** Limits of a report; an agent that says more says it wrong. */
const textCharacters = 200;
const nameCharacters = 100;
const mostChanges = 10;

const sendState = 'Send the gateway’s state as docs/api.md has it.';
const text = (most: number) => z.string('Send it as text.').max(most, `Send at most ${most} characters.`);
const role = z.enum(['primary', 'secondary'], 'Send "primary" or "secondary".');

const schema = z.object(
  {
    site: text(nameCharacters),
    slot: text(nameCharacters),
    probe: z.literal([200, 503], 'Send 200 or 503.'),
    because: text(textCharacters),
    route: role.nullable(),
    tunnels: z
      .array(
        z.object(
          {
            role,
            isUp: z.boolean('Send true or false.'),
            trouble: z
              .string('Send one word, or null.')
              .regex(/^[a-z][a-z0-9-]{0,39}$/, 'Send one word of lower-case letters and hyphens, or null.')
              .nullable(),
          },
          'Send a tunnel with role, isUp and trouble.',
        ),
        'Send a list of tunnels.',
      )
      .min(1, 'Send one tunnel or two.')
      .max(2, 'Send one tunnel or two.')
      .refine(([one, other]) => one?.role !== other?.role, 'Send each tunnel once.'),
    changes: z
      .array(text(textCharacters), 'Send a list of texts.')
      .max(mostChanges, `Send at most ${mostChanges} changes.`),
  },
  sendState,
);

/**
 * Reads a body as a report. What it names besides isn't looked at, so that a newer agent may say more; `changes` are
 * checked and not kept, since the gateway's own journal holds them.
 *
 * @returns the report, or `invalid-report` with the first field that is wrong
 */
export function readReport(body: unknown): Outcome<GatewayReport> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) return failure(notAReport(parsed.error.issues[0]));
  const { site, slot, probe, because, route, tunnels } = parsed.data;
  return success({
    site,
    slot,
    state: {
      probe,
      because: oneLine(because),
      ...(route === null ? {} : { route }),
      tunnels: tunnels.map((tunnel) => ({
        role: tunnel.role,
        isUp: tunnel.isUp,
        ...(tunnel.trouble === null ? {} : { trouble: tunnel.trouble }),
      })),
    },
  });
}

/** Says a state in a few words of ours, without any that a gateway could choose. */
export function reportWords({ probe, tunnels }: ReportedState): string {
  const each = tunnels.map(({ role, isUp, trouble }) =>
    isUp ? `${role} up` : `${role} down${trouble === undefined ? '' : `: ${trouble}`}`,
  );
  return `probe ${probe}, ${each.join(', ')}`;
}

/** A terminal obeys control characters, and some characters turn a line around: each becomes a question mark. */
function oneLine(words: string): string {
  return words.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '?');
}

/** Nothing of the body is quoted: it may be anything. */
function notAReport(issue: core.$ZodIssue | undefined) {
  const field = issue?.path.map(String).join('.') ?? '';
  return problem(
    'invalid-report',
    `${field === '' ? 'The body' : field} is not what a report of a gateway has there.`,
    { ...(field === '' ? {} : { field }), mend: issue?.message ?? sendState },
  );
}

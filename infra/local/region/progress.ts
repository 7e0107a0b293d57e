/** What does somebody see while a site is built? On a terminal a table that lives; elsewhere a line for each change. */
import pc from 'picocolors';
import type { GatewayView, SiteView } from './site-api.js';

/** Where it is shown. */
export interface Screen {
  readonly isTerminal: boolean;
  write(text: string): void;
}

const doingWords: Readonly<Record<string, string>> = {
  waiting: 'waits',
  'getting-address': 'gets its public address',
  'getting-network-interface': 'gets its network interface',
  'creating-machine': 'machine is being created',
  'setting-up': 'setup script runs',
  serving: 'serves',
  failed: 'failed',
  stopped: 'is stopped',
  deleting: 'is being deleted',
};

const order = [
  'waiting',
  'getting-address',
  'getting-network-interface',
  'creating-machine',
  'setting-up',
  'serving',
];

/** Shows a site as it changes. */
export class Progress {
  #shownLines = 0;
  readonly #told = new Map<string, string>();

  constructor(
    private readonly screen: Screen,
    /** Milliseconds since the epoch, of the region's time. */
    private readonly startedAt: number,
  ) {}

  /** Shows the site as it is now. */
  show(site: SiteView, now: number): void {
    if (this.screen.isTerminal) this.#redraw(site, now);
    else this.#tell(site, now);
  }

  #redraw(site: SiteView, now: number): void {
    const lines = [
      `${clock(now - this.startedAt)}  ${pc.bold(site.name)} ${phaseColour(site.phase)}${site.problem === undefined ? '' : `  ${pc.dim(site.problem.detail.slice(0, 100))}`}`,
      ...site.observed.gateways.map((gateway) => `        ${row(gateway, now)}`),
    ];
    const up = this.#shownLines === 0 ? '' : `\u001b[${this.#shownLines}A`;
    this.screen.write(`${up}${lines.map((line) => `\u001b[2K${line}\n`).join('')}`);
    this.#shownLines = lines.length;
  }

  #tell(site: SiteView, now: number): void {
    const at = clock(now - this.startedAt);
    this.#once(
      `${at}  ${site.name}`,
      site.name,
      `${site.phase}${site.problem === undefined ? '' : `: ${site.problem.detail}`}`,
    );
    for (const { slot, doing, because } of site.observed.gateways) {
      const words = doingWords[doing] ?? doing;
      this.#once(`${at}  ${slot}`, slot, doing === 'failed' ? `${words}: ${because}` : words);
    }
  }

  #once(prefix: string, key: string, text: string): void {
    if (this.#told.get(key) === text) return;
    this.#told.set(key, text);
    this.screen.write(`${prefix}  ${text}\n`);
  }
}

function row({ slot, zone, doing, since }: GatewayView, now: number): string {
  const step = order.indexOf(doing);
  const bar =
    step < 0 ? '!'.padEnd(order.length) : `${'■'.repeat(step + 1)}${'·'.repeat(order.length - 1 - step)}`;
  const colour = doing === 'serving' ? pc.green : doing === 'failed' ? pc.red : pc.cyan;
  return `${slot.padEnd(14)} zone ${zone}  ${colour(bar)}  ${(doingWords[doing] ?? doing).padEnd(28)} ${clock(now - Date.parse(since))}`;
}

/** A phase in the colour of its meaning. */
export function phaseColour(phase: string): string {
  if (phase === 'serving') return pc.green(phase);
  return phase === 'refused' || phase === 'down' ? pc.red(phase) : pc.yellow(phase);
}

/** Minutes and seconds of the region's time. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}

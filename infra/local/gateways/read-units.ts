/** What does a systemd unit say about when and how it runs? */

/** As much of a unit as the model obeys. */
export interface Unit {
  readonly name: string;
  /** Words of `ExecStart`. */
  readonly command: readonly string[];
  readonly isOneshot: boolean;
  readonly remainsAfterExit: boolean;
  readonly restart: 'no' | 'on-failure' | 'always';
  readonly restartSeconds: number;
  readonly startTimeoutSeconds: number;
  readonly requires: readonly string[];
  /** Units that are started before this one, if they are started at all. */
  readonly after: readonly string[];
  /** Units that wait for this one. */
  readonly before: readonly string[];
  /** Without it `systemctl enable` has nothing to enable. */
  readonly isInstallable: boolean;
  /** Whether its program may set routes: it has root's rights, or those that it keeps name this one. */
  readonly maySetRoutes: boolean;
}

/** Reads a unit's text followed by that of its drop-ins. */
export function readUnit(name: string, texts: readonly string[]): Unit {
  const values = new Map<string, string[]>();
  for (const line of texts.join('\n').split('\n')) {
    const [, key, value] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) continue;
    // An empty value takes back what was given before.
    if (value.trim() === '') values.delete(key);
    else values.set(key, [...(values.get(key) ?? []), value.trim()]);
  }
  const words = (key: string) => (values.get(key) ?? []).flatMap((value) => value.split(/\s+/));
  const last = (key: string) => values.get(key)?.at(-1);
  const restart = last('Restart');
  return {
    name,
    command: words('ExecStart'),
    isOneshot: last('Type') === 'oneshot',
    remainsAfterExit: last('RemainAfterExit') === 'yes',
    restart: restart === 'always' || restart === 'on-failure' ? restart : 'no',
    restartSeconds: Number(last('RestartSec') ?? 0.1),
    startTimeoutSeconds: Number(last('TimeoutStartSec') ?? (last('Type') === 'oneshot' ? Infinity : 90)),
    requires: words('Requires'),
    after: words('After'),
    before: words('Before'),
    isInstallable: values.has('WantedBy'),
    maySetRoutes:
      !values.has('CapabilityBoundingSet') || words('CapabilityBoundingSet').includes('CAP_NET_ADMIN'),
  };
}

/** Which services run? systemd, as far as the rendered units use it. */
import type { MachineDisk } from './machine-disk.js';
import { readUnit, type Unit } from './read-units.js';
import { Stopped, after, wait } from './wait.js';

/** A service that was started. */
export interface Started {
  /** What a oneshot ended with; 0 for a program that runs on. */
  readonly exitCode: number;
  readonly stop?: () => void;
}

/** Runs what a unit's `ExecStart` names. */
export type Launch = (unit: Unit, signal: AbortSignal) => Promise<Started>;

/** As Debian's libreswan package brings it; disabled until somebody enables it. */
const ipsecUnit = `[Unit]
After=network-online.target
[Service]
Type=notify
Restart=on-failure
ExecStart=/usr/libexec/ipsec/pluto
[Install]
WantedBy=multi-user.target
`;

/** As Debian's netdata-core package brings it; the package enables it. */
const netdataUnit = `[Unit]
After=network-online.target
[Service]
Type=simple
Restart=on-abnormal
ExecStart=/usr/sbin/netdata -D
[Install]
WantedBy=multi-user.target
`;

const ofPackages: readonly { readonly unit: string; readonly package: string; readonly text: string }[] = [
  { unit: 'ipsec.service', package: 'libreswan', text: ipsecUnit },
  { unit: 'netdata.service', package: 'netdata-core', text: netdataUnit },
];

const failed: Started = { exitCode: 1 };

const folder = '/etc/systemd/system';

interface Running {
  isActive: boolean;
  /** Set while it starts: whoever starts it too waits for the same end. */
  starting?: Promise<boolean>;
  readonly ended: AbortController;
  /** Set while it waits for being started again. */
  restart?: () => void;
  stop?: () => void;
}

/** The services of one machine since its boot. */
export class Services {
  private readonly running = new Map<string, Running>();

  constructor(
    private readonly disk: MachineDisk,
    private readonly power: AbortSignal,
    private readonly launch: Launch,
  ) {}

  /** The unit of that name; `undefined` when none is installed. */
  unit(name: string): Unit | undefined {
    const full = name.includes('.') ? name : `${name}.service`;
    const own = this.disk.read(`${folder}/${full}`);
    const ofPackage = ofPackages.find(
      ({ unit, package: name }) => unit === full && this.disk.packages.has(name),
    );
    const base = own ?? ofPackage?.text;
    if (base === undefined) return undefined;
    const dropIns = this.disk.list(`${folder}/${full}.d`).map((path) => this.disk.read(path) ?? '');
    return readUnit(full, [base, ...dropIns]);
  }

  isActive(name: string): boolean {
    return this.running.get(this.unit(name)?.name ?? name)?.isActive ?? false;
  }

  /** As `systemctl is-active` says it. */
  stateOf(name: string): 'active' | 'activating' | 'inactive' {
    const running = this.running.get(this.unit(name)?.name ?? name);
    if (running === undefined) return 'inactive';
    if (running.isActive) return 'active';
    return running.starting === undefined && running.restart === undefined ? 'inactive' : 'activating';
  }

  /** Ends a unit's program at once; systemd starts it again where the unit says so. False when it doesn't run. */
  kill(name: string): boolean {
    const unit = this.unit(name);
    const running = this.running.get(unit?.name ?? name);
    if (unit === undefined || running?.isActive !== true) return false;
    running.isActive = false;
    running.stop?.();
    delete running.stop;
    this.restartLater(unit, running);
    return true;
  }

  enable(name: string): boolean {
    const unit = this.unit(name);
    if (unit === undefined) return false;
    if (unit.isInstallable) this.disk.enabledUnits.add(unit.name);
    return true;
  }

  disable(name: string): void {
    this.disk.enabledUnits.delete(this.unit(name)?.name ?? name);
  }

  /** Starts a unit after those that it requires; false when it failed. */
  async start(name: string): Promise<boolean> {
    const unit = this.unit(name);
    if (unit === undefined) return false;
    if (this.isActive(unit.name)) return true;
    const { starting } = this.running.get(unit.name) ?? {};
    if (starting !== undefined) return starting;
    for (const required of unit.requires) if (!(await this.start(required))) return false;
    this.stop(unit.name);
    const running: Running = { isActive: false, ended: new AbortController() };
    this.running.set(unit.name, running);
    running.starting = this.run(unit, running);
    return running.starting;
  }

  stop(name: string): void {
    const unit = this.unit(name)?.name ?? name;
    const running = this.running.get(unit);
    this.running.delete(unit);
    running?.stop?.();
    running?.ended.abort();
  }

  async restart(name: string): Promise<boolean> {
    this.stop(name);
    return this.start(name);
  }

  /** Starts all enabled units, each as soon as those that come before it have started. */
  async startEnabled(): Promise<void> {
    const units = [...this.disk.enabledUnits].flatMap((name) => this.unit(name) ?? []);
    const started = new Map<string, Promise<unknown>>();
    const startAfterOthers = (unit: Unit): Promise<unknown> => {
      const known = started.get(unit.name);
      if (known !== undefined) return known;
      const first = units.filter(
        ({ name, before }) => unit.after.includes(name) || before.includes(unit.name),
      );
      const start = Promise.all(first.map(startAfterOthers)).then(() => this.start(unit.name));
      started.set(unit.name, start);
      return start;
    };
    await Promise.all(units.map(startAfterOthers));
  }

  private async run(unit: Unit, running: Running): Promise<boolean> {
    const signal = AbortSignal.any([this.power, running.ended.signal]);
    const started = await this.launchInTime(unit, signal).catch((error: unknown) => {
      // Stopped by another command while it started, which is no end of the machine.
      if (error instanceof Stopped && !this.power.aborted) return failed;
      throw error;
    });
    delete running.starting;
    if (running.ended.signal.aborted) {
      started.stop?.();
      return false;
    }
    if (started.stop !== undefined) running.stop = started.stop;
    running.isActive = started.exitCode === 0 && (!unit.isOneshot || unit.remainsAfterExit);
    if (started.exitCode !== 0) this.restartLater(unit, running);
    return started.exitCode === 0;
  }

  private restartLater(unit: Unit, running: Running): void {
    if (unit.restart === 'no') return;
    const signal = AbortSignal.any([this.power, running.ended.signal]);
    running.restart = after(unit.restartSeconds, signal, () => {
      delete running.restart;
      this.run(unit, running).catch((error: unknown) => {
        if (!(error instanceof Stopped)) throw error;
      });
    });
  }

  private async launchInTime(unit: Unit, signal: AbortSignal): Promise<Started> {
    if (!unit.isOneshot || unit.startTimeoutSeconds === Infinity) return this.launch(unit, signal);
    const late = new AbortController();
    const inTime = new AbortController();
    const limit = wait(unit.startTimeoutSeconds, AbortSignal.any([signal, inTime.signal])).then(
      () => late.abort(),
      () => undefined,
    );
    try {
      return await this.launch(unit, AbortSignal.any([signal, late.signal]));
    } catch (error) {
      if (error instanceof Stopped && late.signal.aborted) return failed;
      throw error;
    } finally {
      inTime.abort();
      await limit;
    }
  }
}

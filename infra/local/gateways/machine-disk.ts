/** What lies on a machine's disk? It outlives every reboot. */

interface Entry {
  readonly content: string;
  readonly mode: number;
}

/** Files with their modes, folders, and what else is remembered there: packages and enabled units. */
export class MachineDisk {
  private readonly files = new Map<string, Entry>();
  private readonly folders = new Map<string, number>();
  readonly packages = new Set<string>();
  readonly enabledUnits = new Set<string>();
  /** Whether cloud-init has run; it works once in a machine's life. */
  isInitialised = false;
  /** What lies here lets no pluto work, whatever is done on the machine, boot or no boot. */
  isSpoilt = false;

  read(path: string): string | undefined {
    return this.files.get(path)?.content;
  }

  modeOf(path: string): number | undefined {
    return this.files.get(path)?.mode ?? this.folders.get(path);
  }

  /** Writes a file; the mode of one that is there already stays. */
  write(path: string, content: string, mode: number): void {
    this.files.set(path, { content, mode: this.files.get(path)?.mode ?? mode });
  }

  chmod(path: string, mode: number): boolean {
    const file = this.files.get(path);
    if (file !== undefined) this.files.set(path, { ...file, mode });
    else if (this.folders.has(path)) this.folders.set(path, mode);
    else return false;
    return true;
  }

  move(from: string, to: string): boolean {
    const file = this.files.get(from);
    if (file === undefined) return false;
    this.files.delete(from);
    this.files.set(to, file);
    return true;
  }

  remove(path: string): void {
    this.files.delete(path);
  }

  /** Makes a folder and those above it; what the image brings is known by `isOfImage`. */
  makeFolders(path: string, mode: number): void {
    const names = path.split('/').filter((name) => name !== '');
    for (let depth = 1; depth <= names.length; depth++) {
      const folder = `/${names.slice(0, depth).join('/')}`;
      if (!this.folders.has(folder)) this.folders.set(folder, isOfImage(folder) ? 0o755 : mode);
    }
  }

  list(folder: string): readonly string[] {
    return [...this.files.keys()].filter((path) => path.startsWith(`${folder}/`)).sort();
  }
}

/** Folders of a Debian image with the packages of a gateway. */
const imageFolders = [
  '/etc',
  '/etc/apt',
  '/etc/apt/apt.conf.d',
  '/etc/ipsec.d',
  '/etc/sysctl.d',
  '/etc/systemd',
  '/etc/systemd/system',
  '/usr',
  '/usr/local',
  '/usr/local/lib',
];

function isOfImage(folder: string): boolean {
  return imageFolders.includes(folder);
}

/** What does a machine's custom data ask for? As much of `#cloud-config` as is rendered. */
import { ModelGap } from './shell/syntax.js';

/** A file that cloud-init writes. */
export interface InitialFile {
  readonly path: string;
  readonly mode: number;
  readonly content: string;
}

/** What cloud-init does at a machine's first boot, in this order. */
export interface CloudInit {
  readonly files: readonly InitialFile[];
  readonly packages: readonly string[];
  /** Commands by their words. */
  readonly commands: readonly (readonly string[])[];
}

const nothing: CloudInit = { files: [], packages: [], commands: [] };

/** Reads custom data; anything but `#cloud-config` asks for nothing. */
export function readCloudInit(customData: string): CloudInit {
  if (!customData.startsWith('#cloud-config')) return nothing;
  const sections = sectionsOf(customData);
  return {
    files: (sections.get('write_files') ?? []).map(readFile),
    packages: (sections.get('packages') ?? []).map((item) => item.trim()),
    commands: (sections.get('runcmd') ?? []).map(readCommand),
  };
}

/** Items by top-level key; an item may have several lines. */
function sectionsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const sections = new Map<string, string[]>();
  let items: string[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, key, rest = ''] = /^(\w+):(.*)$/.exec(line) ?? [];
    const [, item] = /^ {2}- (.*)$/.exec(line) ?? [];
    if (key !== undefined) {
      if (!knownKeys.includes(key)) throw new ModelGap(`The model knows no ${key} of cloud-init.`);
      items = rest.trim() === '' ? [] : [rest.trim()];
      sections.set(key, items);
    } else if (item !== undefined) items.push(item);
    else items.push(`${items.pop() ?? ''}\n${line.trim()}`);
  }
  return sections;
}

const knownKeys = ['package_update', 'package_upgrade', 'packages', 'write_files', 'runcmd'];

function readFile(item: string): InitialFile {
  const fields = new Map(
    item.split('\n').map((line) => {
      const [, name = '', value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      return [name, value.replace(/^'(.*)'$/, '$1')] as const;
    }),
  );
  const content = fields.get('content') ?? '';
  const isEncoded = fields.get('encoding') === 'b64';
  return {
    path: fields.get('path') ?? '',
    mode: Number.parseInt(fields.get('permissions') ?? '0644', 8),
    content: isEncoded ? Buffer.from(content, 'base64').toString() : content,
  };
}

function readCommand(item: string): readonly string[] {
  const [, list] = /^\[(.*)\]$/.exec(item.trim()) ?? [];
  if (list === undefined) return ['sh', '-c', item];
  return list.split(',').map((word) => word.trim().replace(/^["'](.*)["']$/, '$1'));
}

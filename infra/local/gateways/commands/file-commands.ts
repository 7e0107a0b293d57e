/** Which commands deal with files and text? */
import { ModelGap } from '../shell/syntax.js';
import type { Commands } from './command.js';

/** Commands of coreutils, grep and awk, as far as scripts use them. */
export const fileCommands: Commands = {
  mkdir: ({ machine, world, args }) => {
    const mode = optionValue(args, '-m');
    const folders = args.filter((arg) => !arg.startsWith('-') && arg !== mode);
    const own = mode === undefined ? undefined : Number.parseInt(mode, 8);
    for (const folder of folders) {
      machine.disk.makeFolders(folder, 0o777 & ~world.umask);
      if (own !== undefined) machine.disk.chmod(folder, own);
    }
    return 0;
  },
  cat: ({ machine, args, streams }) => {
    if (args.length === 0) streams.out(streams.input.readAll());
    for (const path of args) {
      const content = machine.disk.read(path);
      if (content === undefined) return 1;
      streams.out(content);
    }
    return 0;
  },
  cmp: ({ machine, args }) => {
    const [one, other] = args.filter((arg) => arg !== '-s').map((path) => machine.disk.read(path));
    return one !== undefined && one === other ? 0 : 1;
  },
  stat: ({ machine, args, streams }) => {
    const [option, format, path = ''] = args;
    if (option !== '-c' || format !== '%a') throw new ModelGap(`The model knows no stat ${args.join(' ')}.`);
    const mode = machine.disk.modeOf(path);
    if (mode === undefined) return 1;
    streams.out(`${mode.toString(8)}\n`);
    return 0;
  },
  chmod: ({ machine, args }) => {
    const [mode = '', ...paths] = args;
    if (!/^[0-7]+$/.test(mode)) throw new ModelGap(`The model knows no chmod ${mode}.`);
    return paths.every((path) => machine.disk.chmod(path, Number.parseInt(mode, 8))) ? 0 : 1;
  },
  mv: ({ machine, args }) => {
    const [from = '', to = ''] = args.filter((arg) => !arg.startsWith('-'));
    return machine.disk.move(from, to) ? 0 : 1;
  },
  rm: ({ machine, args }) => {
    for (const path of args) machine.disk.remove(path);
    return 0;
  },
  grep: ({ args, streams }) => {
    const options = args.filter((arg) => arg.startsWith('-'));
    if (options.some((option) => option !== '-q'))
      throw new ModelGap(`The model knows no grep ${args.join(' ')}.`);
    const [pattern = ''] = args.filter((arg) => !arg.startsWith('-'));
    const expression = new RegExp(basicExpression(pattern));
    const found = streams.input
      .readAll()
      .split('\n')
      .filter((line) => line !== '' && expression.test(line));
    if (options.length === 0) streams.out(found.map((line) => `${line}\n`).join(''));
    return found.length > 0 ? 0 : 1;
  },
  tail: ({ args, streams }) => {
    const [option, count] = args;
    if (option !== '-n') throw new ModelGap(`The model knows no tail ${args.join(' ')}.`);
    const text = streams.input.readAll();
    const lines = text.replace(/\n$/, '').split('\n').slice(-Number(count));
    streams.out(`${lines.join('\n')}${text.endsWith('\n') ? '\n' : ''}`);
    return 0;
  },
  awk: ({ args, streams }) => {
    const [program = '', file] = args;
    if (file === '/proc/meminfo') {
      // Two entries of the table a KiB of memory, 262,144 at the least: more than the model ever counts.
      streams.out('262144\n');
      return 0;
    }
    const [, field] = /^\{ ?print \$(\d+); exit ?\}$/.exec(program) ?? [];
    if (field === undefined) throw new ModelGap(`The model knows no awk ${program}.`);
    const value = streams.input.readLine()?.split(/\s+/)[Number(field) - 1];
    if (value !== undefined) streams.out(`${value}\n`);
    return 0;
  },
};

function optionValue(args: readonly string[], option: string): string | undefined {
  const at = args.indexOf(option);
  return at < 0 ? undefined : args[at + 1];
}

/** grep's basic expressions escape what JavaScript's don't. */
function basicExpression(pattern: string): string {
  return pattern.replace(/[+?(){}|]/g, '\\$&');
}

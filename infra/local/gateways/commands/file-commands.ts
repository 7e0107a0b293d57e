/** Which commands deal with files and text? */
import { createHash } from 'node:crypto';
import { procFile } from '../proc-files.js';
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
      const content = procFile(machine, path) ?? machine.disk.read(path);
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
    const [option, format = '', ...paths] = args;
    if (option !== '-c' || /%[^an]/.test(format))
      throw new ModelGap(`The model knows no stat ${args.join(' ')}.`);
    let end = 0;
    for (const path of paths) {
      const mode = machine.disk.modeOf(path);
      if (mode === undefined) {
        streams.err(`stat: cannot statx '${path}': No such file or directory\n`);
        end = 1;
      } else streams.out(`${format.replaceAll('%a', mode.toString(8)).replaceAll('%n', () => path)}\n`);
    }
    return end;
  },
  sha256sum: ({ machine, args, streams }) => {
    let end = 0;
    for (const path of args) {
      const content = machine.disk.read(path);
      if (content === undefined) {
        streams.err(`sha256sum: ${path}: No such file or directory\n`);
        end = 1;
      } else streams.out(`${createHash('sha256').update(content).digest('hex')}  ${path}\n`);
    }
    return end;
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
  grep: ({ machine, args, streams }) => {
    const options = args.filter((arg) => arg.startsWith('-'));
    if (options.some((option) => !['-q', '-v', '-c'].includes(option)))
      throw new ModelGap(`The model knows no grep ${args.join(' ')}.`);
    const [pattern = '', path] = args.filter((arg) => !arg.startsWith('-'));
    const expression = new RegExp(basicExpression(pattern));
    const text =
      path === undefined ? streams.input.readAll() : (procFile(machine, path) ?? machine.disk.read(path));
    if (text === undefined) return 2;
    const isWanted = (line: string) => expression.test(line) !== options.includes('-v');
    const found = text
      .replace(/\n$/, '')
      .split('\n')
      .filter((line) => text !== '' && isWanted(line));
    if (options.includes('-c')) streams.out(`${found.length}\n`);
    else if (!options.includes('-q')) streams.out(found.map((line) => `${line}\n`).join(''));
    return found.length > 0 ? 0 : 1;
  },
  sed: ({ machine, args, streams }) => {
    const [option, program = '', path = ''] = args;
    const [, pattern, replacement] = /^s\|(.*)\|(.*)\|p$/.exec(program) ?? [];
    if (option !== '-n' || pattern === undefined || replacement === undefined)
      throw new ModelGap(`The model knows no sed ${args.join(' ')}.`);
    const text = machine.disk.read(path);
    if (text === undefined) return 2;
    const expression = new RegExp(pattern.replaceAll('\\(', '(').replaceAll('\\)', ')'));
    for (const line of text.split('\n'))
      if (expression.test(line))
        streams.out(`${line.replace(expression, replacement.replaceAll('\\1', '$1'))}\n`);
    return 0;
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
    const [, without = '', before = '', after = ''] = addressRules.exec(program) ?? [];
    if (without !== '') {
      const found = streams.input
        .readAll()
        .split('\n')
        .flatMap((line) => {
          const [, , third = '', address = ''] = line.split(' ');
          return third === '-d' && address !== without ? [address] : [];
        });
      for (const address of new Set(found)) streams.out(`${before}${address}${after}\n`);
      return 0;
    }
    const [, field] = /^\{ ?print \$(\d+); exit ?\}$/.exec(program) ?? [];
    if (field === undefined) throw new ModelGap(`The model knows no awk ${program}.`);
    const value = streams.input.readLine()?.split(/\s+/)[Number(field) - 1];
    if (value !== undefined) streams.out(`${value}\n`);
    return 0;
  },
};

/** A program that makes a rule for each address of other rules but one. */
const addressRules =
  /^\$3 == "-d" && \$4 != "([^"]+)" && !seen\[\$4\]\+\+ \{ print "([^"]*)" \$4 "([^"]*)" \}$/;

function optionValue(args: readonly string[], option: string): string | undefined {
  const at = args.indexOf(option);
  return at < 0 ? undefined : args[at + 1];
}

/** grep's basic expressions escape what JavaScript's don't. */
function basicExpression(pattern: string): string {
  return pattern.replace(/[+?(){}|]/g, '\\$&');
}

/** Which commands does the shell bring along? */
import { testWords } from './condition.js';
import type { Interpreter } from './interpreter.js';
import { formatted } from './printf.js';
import { Ended, LoopLeft, Returned } from './signals.js';
import type { Streams } from './streams.js';
import { ModelGap } from './syntax.js';

type Builtin = (shell: Interpreter, args: readonly string[], streams: Streams) => number;

const builtins: Readonly<Record<string, Builtin>> = {
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  '[': ({ world }, args) => (testWords(args.slice(0, -1), world) ? 0 : 1),
  test: ({ world }, args) => (testWords(args, world) ? 0 : 1),
  echo: (_, args, { out }) => {
    out(`${args.join(' ')}\n`);
    return 0;
  },
  printf: (_, [format = '', ...args], { out }) => {
    out(formatted(format, args));
    return 0;
  },
  break: () => {
    throw new LoopLeft('break');
  },
  continue: () => {
    throw new LoopLeft('continue');
  },
  return: (_, [status]) => {
    throw new Returned(status === undefined ? undefined : Number(status));
  },
  exit: (shell, [status]) => {
    throw new Ended(Number(status ?? shell.lookUp('?')));
  },
  // Without a command it only keeps the file open that its redirection names.
  exec: (_, args) => {
    if (args.length > 0) throw new ModelGap(`The model knows no exec ${args.join(' ')}.`);
    return 0;
  },
  shift: (shell, [count = '1']) => {
    shell.positional = shell.positional.slice(Number(count));
    return 0;
  },
  local: ({ variables }, args) => {
    for (const { name, value } of args.map(nameAndValue)) variables.declareLocal(name, value);
    return 0;
  },
  export: ({ variables }, args) => {
    for (const { name, value } of args.map(nameAndValue)) if (value !== undefined) variables.set(name, value);
    return 0;
  },
  umask: ({ world }, [mask = '022']) => {
    world.setUmask(Number.parseInt(mask, 8));
    return 0;
  },
  trap: (shell, [action = '-', ...signals]) => {
    if (signals.some((signal) => signal !== 'EXIT'))
      throw new ModelGap(`The model knows no trap for ${signals.join()}.`);
    shell.exitTrap = action === '-' || action === '' ? undefined : action;
    return 0;
  },
  read: ({ variables }, args, { input }) => {
    const [name = 'REPLY'] = args.filter((arg) => !arg.startsWith('-'));
    const line = input.readLine();
    variables.set(name, line ?? '');
    return line === undefined ? 1 : 0;
  },
  command: ({ world, functions }, [option, name = ''], { out }) => {
    if (option !== '-v') throw new ModelGap('The model knows command only as command -v.');
    const isKnown = functions.has(name) || isShellBuiltin(name) || world.hasCommand(name);
    if (isKnown) out(`${name}\n`);
    return isKnown ? 0 : 1;
  },
  set: ({ options }, args) => {
    for (const arg of args) {
      const on = arg.startsWith('-');
      if (arg === 'pipefail') options.pipefail = true;
      for (const letter of /^[-+]/.test(arg) ? arg.slice(1) : '') {
        if (letter === 'e') options.errexit = on;
        else if (letter === 'u') options.nounset = on;
        else if (letter !== 'o') throw new ModelGap(`The model knows no set ${arg}.`);
      }
    }
    return 0;
  },
};

/** Whether the shell itself runs a command of this name. */
export function isShellBuiltin(name: string): boolean {
  return Object.hasOwn(builtins, name);
}

/** Runs one of the shell's own commands. */
export function runBuiltin(
  shell: Interpreter,
  name: string,
  args: readonly string[],
  streams: Streams,
): number {
  const builtin = builtins[name];
  if (builtin === undefined) throw new ModelGap(`The model knows no ${name}.`);
  return builtin(shell, args, streams);
}

function nameAndValue(text: string): { name: string; value: string | undefined } {
  const [, name = '', value] = /^(\w+)(?:=(.*))?$/s.exec(text) ?? [];
  return { name, value };
}

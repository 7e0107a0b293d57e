/** Which commands deal with time, services and the kernel's settings? */
import { ModelGap } from '../shell/syntax.js';
import type { Commands } from './command.js';

/** sleep, timeout, flock, journalctl, modprobe and sysctl. */
export const processCommands: Commands = {
  sleep: async ({ world, args }) => {
    await world.wait(Number(args[0]));
    return 0;
  },
  seq: ({ args, streams }) => {
    const [from, to] = args.map(Number);
    if (from === undefined || to === undefined) throw new ModelGap('The model knows seq with two numbers.');
    for (let number = from; number <= to; number++) streams.out(`${number}\n`);
    return 0;
  },
  timeout: async ({ world, args: [seconds, ...words], run }) => {
    const end = await world.within(Number(seconds), () => run(words));
    return end ?? 124;
  },
  flock: async ({ machine, world, args }) => {
    if (args.join(' ') === '-u 9') {
      machine.lock.leave(world);
      return 0;
    }
    const [, seconds] = /^-w (\d+) 9$/.exec(args.join(' ')) ?? [];
    if (seconds === undefined) throw new ModelGap(`The model knows no flock ${args.join(' ')}.`);
    const isTaken = await machine.lock.take(world, Number(seconds));
    return isTaken ? 0 : 1;
  },
  modprobe: ({ machine, args }) => {
    if (args.includes('nf_conntrack')) machine.network.tracksConnections = true;
    return 0;
  },
  journalctl: ({ machine, args, streams }) => {
    const [, unit, count] = /^-q -b -u (\S+) -n (\d+) -o cat$/.exec(args.join(' ')) ?? [];
    if (unit !== 'ipsec') throw new ModelGap(`The model knows no journalctl ${args.join(' ')}.`);
    const lines = machine.around.journalLines().flatMap((line) => {
      const [, at = '', text] = /^(\S+) pluto: (.*)$/.exec(line) ?? [];
      return text !== undefined && Date.parse(at) >= machine.bootedAt ? [`${text}\n`] : [];
    });
    streams.out(lines.slice(-Number(count)).join(''));
    return 0;
  },
  sysctl: ({ machine, args }) => {
    if (args.includes('-w')) return 0; // only the size of the connection table is set so
    const [path = ''] = args.filter((arg) => !arg.startsWith('-'));
    return machine.applySysctl(path) ? 0 : 1;
  },
};

/** Which commands deal with time, services and the kernel's settings? */
import { ModelGap } from '../shell/syntax.js';
import type { Call, Commands } from './command.js';

/** sleep, timeout, systemctl, sysctl and curl to the machine itself. */
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
    const end = await world.within(Number(seconds), run(words));
    return end ?? 124;
  },
  modprobe: () => 0,
  sysctl: ({ machine, args }) => {
    if (args.includes('-w')) return 0; // only the size of the connection table is set so
    const [path = ''] = args.filter((arg) => !arg.startsWith('-'));
    return machine.applySysctl(path) ? 0 : 1;
  },
  systemctl: (call) => systemctl(call),
  curl: ({ machine, args, streams }) => {
    const { hostname, port } = new URL(args.at(-1) ?? '');
    if (hostname !== '127.0.0.1') throw new ModelGap('The model knows curl only to the machine itself.');
    const status = machine.answerProbe(Number(port));
    streams.out(String(status ?? 0).padStart(3, '0'));
    return status === undefined ? 7 : 0;
  },
};

async function systemctl({ machine, args }: Call): Promise<number> {
  const { services } = machine;
  const [verb, ...units] = args.filter((arg) => !arg.startsWith('-'));
  let failed = 0;
  for (const unit of units) failed += (await one(verb ?? '', unit)) ? 0 : 1;
  return failed === 0 ? 0 : verb === 'is-active' ? 3 : 1;

  /** `--no-block` only queues the job. */
  function job(run: Promise<boolean>): Promise<boolean> {
    if (!args.includes('--no-block')) return run;
    machine.inBackground(run);
    return Promise.resolve(true);
  }

  async function one(what: string, unit: string): Promise<boolean> {
    switch (what) {
      case 'enable':
        return services.enable(unit) && (!args.includes('--now') || services.start(unit));
      case 'disable':
        services.disable(unit);
        if (args.includes('--now')) services.stop(unit);
        return true;
      case 'start':
        return job(services.start(unit));
      case 'restart':
        return job(services.restart(unit));
      case 'stop':
        services.stop(unit);
        return true;
      case 'is-active':
        return services.isActive(unit);
      default:
        throw new ModelGap(`The model knows no systemctl ${what}.`);
    }
  }
}

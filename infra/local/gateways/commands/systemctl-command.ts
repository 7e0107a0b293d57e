/** What does `systemctl` do? */
import { ModelGap } from '../shell/syntax.js';
import type { Call, Commands } from './command.js';

/** systemd's DefaultTimeoutStopSec: until it kills what doesn't end when asked. */
const stopSeconds = 90;

/** As far as scripts use it. */
export const systemctlCommand: Commands = { systemctl: (call) => systemctl(call) };

async function systemctl(call: Call): Promise<number> {
  const { machine, args, streams } = call;
  const { services } = machine;
  const words = args.filter((arg, index) => !arg.startsWith('-') && args[index - 1] !== '-s');
  const [verb = '', ...units] = words;
  if (verb === 'is-active') {
    const states = units.map((unit) => services.stateOf(unit));
    if (!args.includes('-q')) streams.out(states.map((state) => `${state}\n`).join(''));
    // One that is active is enough.
    return states.includes('active') ? 0 : 3;
  }
  let failed = 0;
  for (const unit of units) failed += (await one(call, verb, unit)) ? 0 : 1;
  return failed === 0 ? 0 : 1;
}

async function one(call: Call, verb: string, unit: string): Promise<boolean> {
  const { machine, args } = call;
  const { services } = machine;
  // `--no-block` only queues the job.
  const job = (run: Promise<boolean>): Promise<boolean> => {
    if (!args.includes('--no-block')) return run;
    machine.inBackground(run);
    return Promise.resolve(true);
  };
  switch (verb) {
    case 'enable':
      return services.enable(unit) && (!args.includes('--now') || services.start(unit));
    case 'disable':
      services.disable(unit);
      if (args.includes('--now')) await stop(call, unit);
      return true;
    case 'start':
      return job(services.start(unit));
    case 'restart':
      await stop(call, unit);
      return job(services.restart(unit));
    case 'stop':
      await stop(call, unit);
      return true;
    case 'kill':
      if (!args.join(' ').includes('-s KILL')) throw new ModelGap('The model kills by SIGKILL alone.');
      return services.kill(unit);
    default:
      throw new ModelGap(`The model knows no systemctl ${verb}.`);
  }
}

/** A pluto that answers nothing doesn't end when asked; in the meantime nothing changes. */
async function stop({ machine, world }: Call, unit: string): Promise<void> {
  if (unit === 'ipsec.service' && machine.pluto?.isWedged === true) await world.wait(stopSeconds);
  machine.services.stop(unit);
}

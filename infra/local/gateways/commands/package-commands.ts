/** Which commands install packages and wait for cloud-init? */
import { drawGuestSeconds } from '../guest-durations.js';
import { ModelGap } from '../shell/syntax.js';
import type { Commands } from './command.js';

/** What apt says without a way to a mirror. */
const unreachable =
  'E: Failed to fetch http://mirror.example/debian/dists/bookworm/InRelease  Could not connect to mirror.example:80\n' +
  'E: Some index files failed to download. They have been ignored, or old ones used instead.\n';

/** dpkg, apt and cloud-init. */
export const packageCommands: Commands = {
  'dpkg-query': ({ machine, args, streams }) => {
    const name = args.at(-1) ?? '';
    if (!machine.disk.packages.has(name)) return 1;
    streams.out('install ok installed');
    return 0;
  },
  dpkg: ({ args }) => {
    if (!args.includes('--configure')) throw new ModelGap(`The model knows no dpkg ${args.join(' ')}.`);
    return 0; // here no installation is ever cut off
  },
  'apt-get': async ({ machine, world, args, streams }) => {
    const words = args.filter((arg, index) => !arg.startsWith('-') && args[index - 1] !== '-o');
    if (!machine.reachesMirror()) {
      await world.wait(drawGuestSeconds('packagesUnreachable', machine.random));
      streams.err(unreachable);
      return 100;
    }
    if (words[0] === 'update') return 0; // its time is in that of the installation
    const unknown = words.slice(1).find((name) => machine.around.lacksPackage(name));
    if (unknown !== undefined) {
      streams.err(`E: Unable to locate package ${unknown}\n`);
      return 100;
    }
    await world.wait(drawGuestSeconds('packages', machine.random));
    for (const name of words.slice(1)) machine.disk.packages.add(name);
    if (words.includes('netdata-core')) machine.disk.write('/usr/sbin/netdata', '', 0o755); // scripts look for it
    return 0;
  },
  'cloud-init': async ({ machine, world }) => {
    await world.until(machine.initialised);
    return 0;
  },
};

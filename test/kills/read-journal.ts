/** What does the journal of a dead host hold, and could another host go on with it? */
import { InstanceDrive } from '../../infra/local/host/instance-drive.js';
import type { Instance } from '../../infra/local/host/instance.js';
import { realFiles } from '../../infra/local/host/journal-files.js';
import { recover } from '../../infra/local/host/journal-recovery.js';
import { begunIn, endedIn, wrongSoFar } from '../infra/local/host/wrong-in-history.js';

/** What was read. */
export interface ReadJournal {
  readonly instances: readonly Instance[];
  /** What is wrong with a history, a sentence each. */
  readonly wrong: readonly string[];
  /** Activities and timers that were begun and had not ended. */
  readonly underWay: readonly string[];
}

/** Reads the copy of a journal, as the next host will. */
export async function readJournal(folder: string): Promise<ReadJournal> {
  const { hub } = await recover(realFiles, folder, () => undefined);
  const instances = [...hub.instances.values()];
  const read = instances.map((instance) => {
    const open = new InstanceDrive(instance.run).catchUp(instance);
    return { instance, open };
  });
  return {
    instances,
    underWay: read.flatMap(({ open }) => open.map((leaf) => (leaf.kind === 'timer' ? 'timer' : leaf.name))),
    wrong: read.flatMap(({ instance, open }) => [
      ...wrongSoFar(instance),
      ...failed(instance),
      ...notReplayed(
        instance,
        open.map(({ id }) => id),
      ),
    ]),
  };
}

function failed({ id, status, output }: Instance): readonly string[] {
  return status === 'Failed' || status === 'Terminated' ? [`${id} is ${status}: ${String(output)}`] : [];
}

/** A replay begins what the history has begun, and goes on with what of it has not ended. */
function notReplayed({ id, history, inbox }: Instance, open: readonly number[]): readonly string[] {
  const ended = new Set(endedIn([...history, ...inbox.map(({ event }) => event)]));
  const awaited = begunIn(history).filter((task) => !ended.has(task));
  return awaited.join() === open.join()
    ? []
    : [`${id} awaits ${awaited.join()} by its history, and ${open.join()} by its replay`];
}

/** What clears a lab away, also when its process was killed? A process that waits for the end of the other. */
import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Reads until nobody holds the other end of its input any more, then ends what runs in the namespaces, by process id, and
 * removes them and the folder. `ip netns pids` lists them all, since whatever a lab starts is started inside.
 */
const program = `
trap '' INT TERM HUP
cat >/dev/null
for name in "$1" "$2"; do
  for _ in 1 2 3 4 5; do
    left=$(ip netns pids "$name" 2>/dev/null)
    [ -n "$left" ] || break
    kill -KILL $left 2>/dev/null
    sleep 0.1
  done
  ip netns del "$name" 2>/dev/null
done
rm -rf "$3"
`;

/** A janitor at work. */
export interface Janitor {
  /** Has everything cleared away; ends when that is done. */
  clear(): Promise<void>;
}

/** Starts one for two namespaces and a folder; in a group of its own, so that a Ctrl-C doesn't reach it. */
export function startJanitor(namespaces: readonly [string, string], folder: string): Janitor {
  const janitor: ChildProcess = spawn('sh', ['-c', program, 'janitor', ...namespaces, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  janitor.unref();
  const ended = new Promise<void>((resolve) => janitor.once('exit', () => resolve()));
  return {
    clear: () => {
      janitor.ref();
      janitor.stdin?.end();
      return ended;
    },
  };
}

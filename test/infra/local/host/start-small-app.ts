/** How does a test get the small app in a host? In a process of its own, driven over HTTP. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What the app has done, by its own count. */
export interface Seen {
  readonly doubled: number;
  readonly taken: readonly { readonly message: unknown; readonly metadata: Record<string, unknown> }[];
}

/** A host that runs the small app. */
export interface SmallApp {
  readonly url: string;
  /** Starts an orchestration; its id is its name. */
  start(name: string, input: unknown): Promise<void>;
  /** Waits until it is over. */
  outcome(name: string): Promise<Record<string, unknown>>;
  seen(): Promise<Seen>;
  close(): Promise<void>;
}

/** Starts it; `CRASH_AT`, such as `double begins`, lets the host crash there once. */
export async function startSmallApp(environment: Readonly<Record<string, string>> = {}): Promise<SmallApp> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/infra/local/host/run-small-app.ts'], {
    env: { ...process.env, ...environment },
  });
  child.stderr.pipe(process.stderr);
  const [line] = (await once(child.stdout, 'data')) as [Buffer]; // no encoding is set
  const url = line.toString().trim();
  return {
    url,
    async start(name, input) {
      const answer = await fetch(`${url}/api/start/${name}?id=${name}`, {
        method: 'POST',
        body: JSON.stringify(input),
      });
      if (answer.status !== 200) throw new Error(`${name} can't be started: ${answer.status}`);
    },
    outcome: (name) =>
      eventually(`${name} to end`, async () => {
        const answer = await fetch(`${url}/runtime/webhooks/durabletask/instances/${name}`);
        return answer.status === 200 ? ((await answer.json()) as Record<string, unknown>) : undefined;
      }),
    seen: async () => (await (await fetch(`${url}/api/seen`)).json()) as Seen, // the small app's own shape
    async close() {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

/** Asks until there is an answer. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 500; tries++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`Waited for ${what} in vain.`);
}

/** Is a bad app refused before anything runs, by file and function, with what to do? Small apps in a temporary folder. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

jest.setTimeout(60_000);

let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bad-apps-')));
  symlinkSync(realpathSync('node_modules'), join(folder, 'node_modules'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Outcome {
  readonly refused?: string;
  readonly warnings?: readonly string[];
}

const run = promisify(execFile);

/** Writes an app of one file or more, the first of which is its entry, and starts it. */
async function start(name: string, files: Readonly<Record<string, string>>): Promise<Outcome> {
  mkdirSync(join(folder, name));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, name, file), text);
  const entry = join(folder, name, Object.keys(files)[0] ?? '');
  const { stdout } = await run(process.execPath, [
    '--import',
    'tsx',
    'test/infra/local/host/run-bad-app.ts',
    entry,
  ]);
  return JSON.parse(stdout) as Outcome; // run-bad-app.ts's own
}

const head = `import { app, output } from '@azure/functions';\nimport * as df from 'durable-functions';\nconst handler = () => ({});\n`;

/** One line of an app each, all in one file, since everything that is wrong with definitions is told at once. */
const wrongDefinitions = [
  {
    when: 'a binding is unknown',
    code: `app.storageBlob('copy', { path: 'in/{name}', connection: 'Storage', handler });`,
    says: `copy (PLACE): a binding of type "blobTrigger" (in) isn't served locally; served are httpTrigger, `,
  },
  {
    when: 'an output is unknown',
    code: `app.http('put', { handler, extraOutputs: [output.storageQueue({ queueName: 'q', connection: 'S' })] });`,
    says: `put (PLACE): a binding of type "queue" (out) isn't served locally; served are http.`,
  },
  {
    when: 'a name is no name',
    code: `app.http('2nd', { handler });`,
    says: `2nd (PLACE): "2nd" is no name for a function; begin with a letter`,
  },
  {
    when: 'a name is the host’s own',
    code: `app.http('Host', { handler });`,
    says: `Host (PLACE): "Host" is no name for a function`,
  },
  {
    when: 'a handler is missing',
    code: `app.http('empty', { route: 'x' });`,
    says: `empty (PLACE): it has no handler; give it a function as "handler".`,
  },
  {
    when: 'two functions share route and method',
    code: `app.http('a', { route: 'x/{id}', methods: ['GET', 'PUT'], handler }); app.http('b', { route: '/X/{id}/', methods: ['PUT'], handler });`,
    says: `b (PLACE): its route "x/{id}" is that of a (PLACE), and they share a method; give one of them another route`,
  },
  {
    when: 'a route is the host’s own',
    code: `app.http('office', { route: 'administer', handler });`,
    says: `office (PLACE): the route "administer" begins like the host's own; begin with another word.`,
  },
  {
    when: 'a constraint is unknown',
    code: `app.http('street', { route: 'x/{id:postcode}', handler });`,
    says: `street (PLACE): The route "x/{id:postcode}" can't be served: the constraint "postcode" isn't known; known are alpha`,
  },
  {
    when: 'a level is unknown',
    code: `app.http('open', { authLevel: 'everyone', handler });`,
    says: `open (PLACE): authLevel "everyone" is none of anonymous, function and admin.`,
  },
  {
    when: 'a schedule can’t be read',
    code: `app.timer('tick', { schedule: '0 99 * * * *', handler });`,
    says: `tick (PLACE): the minute "99" in the schedule "0 99 * * * *" can't be read; give 0 to 59, with`,
  },
  {
    when: 'a schedule names a setting that isn’t set',
    code: `app.timer('set', { schedule: '%NO_SUCH_SETTING%', handler });`,
    says: `set (PLACE): "%NO_SUCH_SETTING%" names the setting NO_SUCH_SETTING, which isn't set; set it`,
  },
  {
    when: 'a queue’s name is none',
    code: `app.storageQueue('take', { queueName: 'My_Queue', connection: 'S', handler });`,
    says: `take (PLACE): "My_Queue" is no name for a queue; take 3 to 63 small letters`,
  },
  {
    when: 'a trigger is to be tried again',
    code: `app.timer('again', { schedule: '0 * * * * *', handler, retry: { strategy: 'fixedDelay', maxRetryCount: 2, delayInterval: 10 } });`,
    says: `again (PLACE): a retry policy of a trigger isn't served locally; leave "retry" out`,
  },
  {
    when: 'it asks for a capability',
    code: `app.setup({ capabilities: { WorkerStatus: true } });`,
    says: `app.setup asks for the capability "WorkerStatus", which isn't served locally; leave it out.`,
  },
];

test('host refuses every wrong definition at once, each by function, file and line', async () => {
  const lines = wrongDefinitions.map(({ code }) => code);
  const { refused = '' } = await start('definitions', { 'app.mjs': `${head}${lines.join('\n')}` });
  const file = join(folder, 'definitions', 'app.mjs');
  const [first, ...told] = refused.split('\n- ');
  expect(first).toBe(`${file} can't be served:`);
  const headLines = head.split('\n').length;
  for (const [index, { when, says }] of wrongDefinitions.entries()) {
    const wanted = says.replaceAll('PLACE', `${file}:${headLines + index}`);
    expect({ when, told: told.find((line) => line.startsWith(wanted)) ?? told }).toEqual({
      when,
      told: expect.stringContaining(wanted),
    });
  }
  expect(told).toHaveLength(wrongDefinitions.length);
});

/** `FOLDER` stands for the app's own. */
const badApps: readonly {
  readonly when: string;
  readonly files: Readonly<Record<string, string>>;
  readonly says: readonly string[];
}[] = [
  {
    when: 'a name is taken',
    files: {
      'app.mjs': `import './a.mjs';\nimport './b.mjs';`,
      'a.mjs': `${head}app.http('report', { handler });`,
      'b.mjs': `${head}df.app.activity('Report', { handler });`,
    },
    says: [
      'FOLDER/b.mjs:4: the app can\'t be loaded: A function named "Report" is registered already (FOLDER/a.mjs:4)',
      'Rename one of them.',
    ],
  },
  {
    when: 'nothing is registered',
    files: { 'app.mjs': head },
    says: ['FOLDER/app.mjs registers no function. Import the files that call app.http'],
  },
  {
    when: 'its syntax is wrong',
    files: { 'app.mjs': `import './broken.mjs';`, 'broken.mjs': `const a = 1;\nconst = 2;\n` },
    says: ["FOLDER/broken.mjs:2: the app can't be read: Unexpected token '='. Correct it there."],
  },
  {
    when: 'its TypeScript is wrong',
    files: { 'app.ts': `const a: number = 1;\n\nconst = 2;\n` },
    says: ["FOLDER/app.ts:3: the app can't be read: "],
  },
  {
    when: 'an export is missing',
    files: { 'app.mjs': `import { b } from './a.mjs';\nb();`, 'a.mjs': `export const a = 1;` },
    says: ["FOLDER/app.mjs:1: the app can't be read: ", "'b'"],
  },
  {
    when: 'a package is missing',
    files: { 'app.mjs': `import 'no-such-package-of-ours';` },
    says: [
      "FOLDER/app.mjs can't be loaded: Cannot find package 'no-such-package-of-ours' imported from FOLDER/app.mjs. Install the package",
    ],
  },
  {
    when: 'a file is missing',
    files: { 'app.mjs': `import './gone.mjs';` },
    says: [
      "FOLDER/app.mjs can't be loaded: Cannot find module 'FOLDER/gone.mjs' imported from FOLDER/app.mjs",
      'correct the path',
    ],
  },
  {
    when: 'it throws while it is loaded',
    files: {
      'app.mjs': `import './settings.mjs';`,
      'settings.mjs': `\nthrow new RangeError('SITE is not set');`,
    },
    says: ["FOLDER/settings.mjs:2: the app can't be loaded: SITE is not set"],
  },
  {
    when: 'a queue’s connection isn’t set',
    files: {
      'app.mjs': `${head}app.storageQueue('take', { queueName: 'work', connection: 'NO_SUCH_STORAGE', handler });`,
    },
    says: [
      "The queue trigger of take (FOLDER/app.mjs:4) wants a connection string in NO_SUCH_STORAGE, which isn't set.",
    ],
  },
  {
    when: 'a hook is registered',
    files: { 'app.mjs': `${head}\napp.hook.preInvocation(() => {});` },
    says: [
      'FOLDER/app.mjs:5: the app can\'t be loaded: Hooks aren\'t served locally; this one is "preInvocation".',
    ],
  },
  {
    when: 'it asks for streams',
    files: { 'app.mjs': `${head}app.setup({ enableHttpStream: true });\napp.http('a', { handler });` },
    says: ["app.setup asks for enableHttpStream, which isn't served locally; leave it out"],
  },
];

// Some at once: each is a process of its own that loads the libraries.
test.concurrent.each(badApps)(
  'host refuses an app, and says where, when $when',
  async ({ when, files, says }) => {
    const name = when.replace(/\W+/g, '-');
    const { refused } = await start(name, files);
    for (const words of says) expect(refused).toContain(words.replaceAll('FOLDER', join(folder, name)));
  },
);

test('host warns of a route that never answers when a wider one’s function has an earlier name', async () => {
  const { warnings } = await start('shadow', {
    'app.mjs': `${head}app.http('details', { route: 'p/{id}', handler });\napp.http('list', { route: 'p/list', handler });`,
  });
  expect(warnings).toEqual([
    'The route "p/list" of list is taken by "p/{id}" of details: functions are tried in the order of their names, here as in Azure. Give the wider one a constraint, or list a name that comes first.',
  ]);
});

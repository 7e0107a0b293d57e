/** Do the import rules and the orchestrator rules find what they are for? Violations planted in a copy of the house. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

jest.setTimeout(60_000);

const root = fileURLToPath(new URL('../../', import.meta.url));
const house = mkdtempSync(join(tmpdir(), 'tunnelkeeper-rules-'));

/** One violation: a line of an orchestrator, and what the rule says. */
const orchestratorSins: readonly (readonly [string, RegExp])[] = [
  ['const now = Date.now(); yield context.df.createTimer(new Date(now));', /has no clock/],
  ['yield context.df.createTimer(new Date());', /has no clock/],
  ['yield context.df.callActivity(String(Math.random()));', /has no randomness/],
  ["yield context.df.callActivity(String(process.env['X']));", /Unexpected use of 'process'/],
  ['setTimeout(() => undefined, 1); yield context.df.callActivity("a");', /Unexpected use of 'setTimeout'/],
  ['console.log("twice"); yield context.df.callActivity("a");', /Unexpected use of 'console'/],
  ['yield context.df.Task.any([context.df.callActivity("a")]);', /Task\.any runs its losers again/],
];

/** One violation: a file, what it imports, and the rule that is broken. */
const importSins: readonly (readonly [string, string, string])[] = [
  ['shared/site/planted.ts', '../../functions/target.js', 'shared-site-imports'],
  ['shared/site/sdk.ts', '@azure/arm-compute', 'pure-rooms'],
  ['shared/gateway/io.ts', 'node:fs', 'pure-rooms'],
  ['shared/gateway/planted.ts', '../site/target.js', 'shared-gateway-imports'],
  ['shared/azure/planted.ts', '../../orchestrations/target.js', 'shared-azure-imports'],
  ['shared/store/planted.ts', '../azure/target.js', 'shared-store-imports'],
  ['shared/zscaler/planted.ts', '../azure/target.js', 'shared-zscaler-imports'],
  ['orchestrations/planted.ts', '../infra/local/cloud/target.js', 'orchestrations-imports'],
  ['orchestrations/sdk.ts', '@azure/arm-network', 'sdks-live-in-azure'],
  ['functions/planted.ts', '../infra/local/host/target.js', 'functions-imports'],
  ['infra/local/cloud/planted.ts', '../../../shared/site/target.js', 'infra-local-cloud-imports'],
  ['infra/local/zscaler/planted.ts', '../../../shared/zscaler/target.js', 'infra-local-zscaler-imports'],
  ['infra/local/host/planted.ts', '../../../functions/target.js', 'infra-local-host-imports'],
  [
    'infra/local/gateways/planted.ts',
    '../cloud/target.js',
    'infra-local-gateways-takes-types-of-infra-local-cloud',
  ],
  ['infra/local/gateways/host.ts', '../host/target.js', 'infra-local-gateways-imports'],
];

const rooms = ['functions', 'orchestrations', 'shared', 'infra'];

function write(file: string, text: string): void {
  mkdirSync(dirname(join(house, file)), { recursive: true });
  writeFileSync(join(house, file), text);
}

function run(tool: string, ...values: readonly string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', tool), ...values], {
    cwd: house,
    encoding: 'utf8',
  });
  return `${stdout}${stderr}`;
}

beforeAll(() => {
  for (const file of ['package.json', 'tsconfig.json', 'eslint.config.js', '.dependency-cruiser.cjs']) {
    copyFileSync(join(root, file), join(house, file));
  }
  symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'));
  for (const [index, [line]] of orchestratorSins.entries()) {
    write(
      `orchestrations/sin-${index}.orchestrator.ts`,
      `import type { OrchestrationContext, Task } from 'durable-functions';\n` +
        `export function* sin(context: OrchestrationContext): Generator<Task, void> {\n  ${line}\n}\n`,
    );
  }
  for (const [file, target] of importSins) {
    write(file, `import * as target from '${target}';\nexport const planted = target;\n`);
    if (target.startsWith('.')) {
      write(join(dirname(file), target.replace(/\.js$/, '.ts')), 'export const target = 1;\n');
    }
  }
});

afterAll(() => {
  rmSync(house, { recursive: true, force: true });
});

test('each sin of an orchestrator is found', () => {
  const report = JSON.parse(run('eslint/bin/eslint.js', '--format', 'json', 'orchestrations')) as readonly {
    readonly filePath: string;
    readonly messages: readonly { readonly message: string }[];
  }[]; // eslint's documented format
  const found = orchestratorSins.map(([line, rule], index) => {
    const file = report.find(({ filePath }) => filePath.endsWith(`sin-${index}.orchestrator.ts`));
    return [line, file?.messages.some(({ message }) => rule.test(message))];
  });
  expect(found).toEqual(orchestratorSins.map(([line]) => [line, true]));
});

test('each import against the room table is found', () => {
  const { summary } = JSON.parse(
    run('dependency-cruiser/bin/dependency-cruise.mjs', '--output-type', 'json', ...rooms),
  ) as {
    readonly summary: {
      readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
    };
  }; // its documented format
  const found = importSins.map(([file, , rule]) => [
    file,
    summary.violations
      .filter(({ from }) => from === file)
      .map(({ rule: broken }) => broken.name)
      .includes(rule),
  ]);
  expect(found).toEqual(importSins.map(([file]) => [file, true]));
});

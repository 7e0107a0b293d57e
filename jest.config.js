// Started with --experimental-vm-modules (see the npm scripts), since the product is ESM.
const base = {
  testEnvironment: 'node',
  // A package that was built holds a package.json of the same name.
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  // Regions under test wait for their own processes more than they compute.
  maxWorkers: '100%',
  // Ends what hangs, and nothing else: a machine that is busy takes longer than the usual 5 s.
  testTimeout: 30_000,
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

/** Suites that need more than Node: each has its own script and says why when it can't run. */
const furtherSuites = [
  ...['tools', 'conformance', 'lab', 'browser', 'package', 'recordings', 'kills'],
  'bench/troubles',
];

const suite = process.env.TEST_SUITE;

export default {
  ...base,
  testMatch: suite ? [`<rootDir>/test/${suite}/**/*.test.ts`] : ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: suite ? [] : furtherSuites.map((name) => `<rootDir>/test/${name}/`),
};

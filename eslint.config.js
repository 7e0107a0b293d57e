import tseslint from 'typescript-eslint';

const orchestratorGlobals = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'fetch',
  'process',
  'performance',
  'crypto',
  'console',
];

/** What a replayed generator must not do: durable-functions replays it from its history, so each run has to ask for the same. */
const orchestratorRules = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'An orchestrator has no clock: use context.df.currentUtcDateTime.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'An orchestrator has no clock: use context.df.currentUtcDateTime.',
  },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'An orchestrator has no randomness: use context.df.newGuid.',
  },
  { selector: 'AwaitExpression', message: 'An orchestrator yields tasks; it never awaits.' },
  {
    selector: 'FunctionDeclaration[async=true], ArrowFunctionExpression[async=true]',
    message: 'An orchestrator is not async.',
  },
  {
    selector: "CallExpression[callee.property.name='any'][callee.object.property.name='Task']",
    message:
      'Task.any runs its losers again when they are yielded later: use rounds of Task.all and a timer.',
  },
];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', '.tunnelkeeper/', 'node_modules/', '*.js', '*.cjs'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportDefaultDeclaration',
          message: 'Export by name, so that one name is searched for everywhere.',
        },
        {
          selector: 'TSEnumDeclaration',
          message: 'A union of strings reads the same in code, JSON and log.',
        },
      ],
    },
  },
  {
    files: ['**/*.orchestrator.ts'],
    rules: {
      'no-restricted-globals': ['error', ...orchestratorGlobals],
      'no-restricted-syntax': ['error', ...orchestratorRules],
      // The SDK's generator yields results as `any`; each is typed where it arrives.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
);

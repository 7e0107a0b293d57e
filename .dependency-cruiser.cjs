/** The room table of CONTRIBUTING.md as rules: who may import whom. */
const only = (from, allowed, comment) => ({
  name: `${from.replace(/[^a-z]+/g, '-').replace(/^-|-$/g, '')}-imports`,
  severity: 'error',
  comment,
  from: { path: `^${from}/` },
  to: {
    path: '^(functions|orchestrations|shared|infra|test)/',
    pathNot: [from, ...allowed].map((room) => `^${room}/`),
  },
});

const typesOnly = (from, to) => ({
  name: `${from.replace(/\//g, '-')}-takes-types-of-${to.replace(/\//g, '-')}`,
  severity: 'error',
  comment: `${from} may know the types of ${to}, not its code.`,
  from: { path: `^${from}/` },
  to: { path: `^${to}/`, dependencyTypesNot: ['type-only'] },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    only('functions', ['orchestrations', 'shared'], 'Triggers are thin.'),
    only('orchestrations', ['shared'], 'Order and effects.'),
    only('shared/site', ['shared/gateway'], 'Decisions are pure.'),
    typesOnly('shared/site', 'shared/gateway'),
    only('shared/gateway', [], 'Rendering is pure and knows itself alone.'),
    only('shared/azure', ['shared/site', 'shared/gateway'], 'The only place that knows SDKs.'),
    typesOnly('shared/azure', 'shared/gateway'),
    only('shared/zscaler', [], 'ZIA knows itself alone.'),
    only('shared/store', ['shared/site'], 'Tables.'),
    only('infra/local/host', [], 'The host knows nothing of the product.'),
    only('infra/local/cloud', [], 'The cloud knows nothing of the product.'),
    only(
      'infra/local/gateways',
      ['shared/gateway', 'infra/local/cloud'],
      'Modelled gateways obey what is rendered, they do not render; what the cloud asks of a machine is the cloud’s to say.',
    ),
    typesOnly('infra/local/gateways', 'shared/gateway'),
    typesOnly('infra/local/gateways', 'infra/local/cloud'),
    only('infra/local/zscaler', [], 'The far side’s API knows nothing of the product.'),
    only('infra/local/clients', [], 'Clients know only an address.'),
    only('infra/local/region', ['infra/local'], 'Puts the local region together.'),
    only('infra/cli', ['shared/site'], 'A client of the HTTP API.'),
    {
      name: 'pure-rooms',
      severity: 'error',
      comment: 'Decisions and rendering have no SDK and no I/O.',
      from: { path: '^shared/(site|gateway)/' },
      to: {
        path: [
          'node_modules/(@azure|durable-functions)',
          '^(node:)?(fs|net|http|https|child_process|os|timers|dns)(/|$)',
        ],
      },
    },
    {
      name: 'sdks-live-in-azure',
      severity: 'error',
      comment: 'Only shared/azure knows Azure SDKs; shared/store knows tables; triggers know Functions.',
      from: { path: '^(shared|functions|orchestrations)/', pathNot: '^shared/(azure|store)/' },
      to: { path: 'node_modules/@azure/(arm-|keyvault|identity|monitor|data-tables|core-)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};

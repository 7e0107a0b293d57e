/** Does a gateway get, byte for byte, what was reviewed? `UPDATE_GOLDENS=1 npm test -- test/shared/gateway` rewrites. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { renderCloudInit } from '../../../shared/gateway/render-cloud-init.js';
import { renderDiagnoseScript } from '../../../shared/gateway/render-diagnose-script.js';
import { renderGatewayFiles } from '../../../shared/gateway/render-gateway-files.js';
import { renderNetdataFiles } from '../../../shared/gateway/render-netdata.js';
import { renderRemedyScript } from '../../../shared/gateway/render-remedy-script.js';
import { renderSecretsTemplate } from '../../../shared/gateway/render-secrets-template.js';
import { renderSetupScript } from '../../../shared/gateway/render-setup-script.js';
import { gatewayCases, type GatewayCase } from './gateway-cases.js';

const goldens = join(import.meta.dirname, 'golden');

/** Everything that is rendered for a gateway, by the name of its golden file. */
function rendered({ config }: GatewayCase): ReadonlyMap<string, string> {
  return new Map([
    ...[...renderGatewayFiles(config), ...renderNetdataFiles(config)].map(
      ({ path, content }) => [basename(path), content] as const,
    ),
    ['tunnelkeeper.secrets', renderSecretsTemplate(config)],
    ['cloud-init.yaml', renderCloudInit(config)],
    ['setup', renderSetupScript(config)],
    ['diagnose', renderDiagnoseScript(config)],
    ['tunnel-up', renderRemedyScript(config, 'tunnel-up')],
    ['ipsec-restart', renderRemedyScript(config, 'ipsec-restart')],
  ]);
}

/** A suffix of their own keeps formatters off them. */
function goldenName(name: string): string {
  return `${name}.golden`;
}

function update(folder: string, files: ReadonlyMap<string, string>): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of files) writeFileSync(join(folder, goldenName(name)), content);
}

test.each(gatewayCases)('what is rendered equals the golden files when the gateway is $name', (aCase) => {
  const folder = join(goldens, aCase.name);
  const files = rendered(aCase);
  if (process.env.UPDATE_GOLDENS === '1') update(folder, files);
  expect(readdirSync(folder).sort()).toEqual([...files.keys()].map(goldenName).sort());
  for (const [name, content] of files)
    expect([name, content]).toEqual([name, readFileSync(join(folder, goldenName(name)), 'utf8')]);
});

test('no golden folder is left over when its case is gone', () => {
  expect(readdirSync(goldens).sort()).toEqual(gatewayCases.map(({ name }) => name).sort());
});

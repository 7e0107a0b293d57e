/** Is every rendered script sound shell? */
import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { renderDiagnoseScript } from '../../shared/gateway/render-diagnose-script.js';
import { renderGatewayFiles } from '../../shared/gateway/render-gateway-files.js';
import { renderNetdataFiles } from '../../shared/gateway/render-netdata.js';
import { renderRemedyScript } from '../../shared/gateway/render-remedy-script.js';
import { renderSetupScript } from '../../shared/gateway/render-setup-script.js';
import type { GatewayConfig } from '../../shared/gateway/gateway-config.js';
import { aGatewayConfig, gatewayCases } from '../shared/gateway/gateway-cases.js';
import { describeWith } from './tools.js';

const linter = 'shellcheck';

/** What shellcheck says of a script; nothing when it is sound. */
function shellcheck(script: string): string {
  const { stdout, stderr } = spawnSync(linter, ['--norc', '-'], { input: script, encoding: 'utf8' });
  return stdout + stderr;
}

function scripts(config: GatewayConfig): readonly string[] {
  const files = [...renderGatewayFiles(config), ...renderNetdataFiles(config)];
  const embedded = files.map(({ content }) => content);
  return [
    renderSetupScript(config),
    renderDiagnoseScript(config),
    renderRemedyScript(config, 'tunnel-up'),
    renderRemedyScript(config, 'ipsec-restart'),
    ...embedded.filter((content) => content.startsWith('#!/bin/bash')),
  ];
}

describeWith('shellcheck', { tools: [linter], needsRoot: false }, () => {
  test.each(gatewayCases)('says nothing about any script when $name', ({ config }) => {
    expect(scripts(config)).toHaveLength(config.netdata === undefined ? 7 : 8);
    for (const script of scripts(config)) expect(shellcheck(script)).toBe('');
  });

  test.each([
    {
      when: 'a variable isn’t quoted',
      from: 'cmp -s "$new" "$path"',
      to: 'cmp -s $new "$path"',
      says: 'SC2086',
    },
    { when: 'a variable is never assigned', from: '"$REFUSAL"\n', to: '"$REFUSALS"\n', says: 'SC2153' },
    { when: 'an if isn’t closed', from: 'REFUSAL=$said\n  fi\n', to: 'REFUSAL=$said\n', says: 'SC1046' },
    {
      when: 'and-or stands for if-then-else',
      from: 'if ! { ',
      to: 'true && false || true; if ! { ',
      says: 'SC2015',
    },
  ])('complains when $when', ({ from, to, says }) => {
    const script = renderSetupScript(aGatewayConfig());
    const changed = script.replace(from, to);
    expect(changed).not.toBe(script);
    expect(shellcheck(changed)).toContain(says);
  });
});

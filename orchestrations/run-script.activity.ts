/** Begins a short script on a machine: it asks, or mends without changing the configuration. */
import { beginPutRun } from '../shared/azure/runs.js';
import { renderDiagnoseScript } from '../shared/gateway/render-diagnose-script.js';
import { renderRemedyScript } from '../shared/gateway/render-remedy-script.js';
import type { Begun, RunIntent } from '../shared/site/intent.js';
import type { Outcome } from '../shared/site/problem.js';

/** Sends the run command's PUT with the rendered script. */
export function runScript(intent: RunIntent): Promise<Outcome<Begun>> {
  const { script, gateway } = intent;
  const text = script === 'diagnose' ? renderDiagnoseScript(gateway) : renderRemedyScript(gateway, script);
  return beginPutRun(intent, text);
}

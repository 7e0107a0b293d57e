/** What is there? The looks of a round, each a few reads. */
import { askOperations as ask } from '../shared/azure/ask-operations.js';
import { lookAtResources as lookAtAll } from '../shared/azure/look-at-resources.js';
import { lookAtSurroundings as lookAround } from '../shared/azure/look-at-surroundings.js';
import { parseDiagnosis } from '../shared/gateway/parse-diagnosis.js';
import { parseSetupResult } from '../shared/gateway/parse-setup-result.js';
import type { OperationAnswer } from '../shared/site/intent.js';
import type { ObservedResources, Surroundings } from '../shared/site/observed-site.js';
import { success, type Outcome } from '../shared/site/problem.js';
import { reportWords } from '../shared/site/read-report.js';
import type { SurroundingsQuestion } from '../shared/site/surroundings-question.js';
import { listReports } from '../shared/store/reports.js';
import type { OperationsQuestion, Scope } from './activity-inputs.js';

const read = { diagnosis: parseDiagnosis, result: parseSetupResult };

/** Sees all resources that bear the site's tag, and what its gateways report: the latter last, since it changes fastest. */
export async function lookAtResources(scope: Scope): Promise<Outcome<ObservedResources>> {
  const looked = await lookAtAll(scope, read);
  if (!looked.ok) return looked;
  const reports = (await listReports(scope.site))
    .filter(({ report }) => report.state.probe !== 200)
    .map(({ slot, report: { at, state } }) => ({ slot, at, words: reportWords(state) }));
  return reports.length === 0 ? looked : success({ ...looked.value, reports });
}

/** Sees what surrounds a site, before anything is built. */
export function lookAtSurroundings(question: SurroundingsQuestion): Promise<Surroundings> {
  return lookAround(question);
}

/** Asks operations in flight how they go. */
export function askOperations({
  scope,
  operations,
}: OperationsQuestion): Promise<readonly OperationAnswer[]> {
  return ask(scope, operations, read);
}

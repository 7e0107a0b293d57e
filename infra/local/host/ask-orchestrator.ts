/** How is an orchestrator asked for its next actions? As the extension does: JSON in, JSON out, failures inside a message. */
import { valueOf, type Invoker } from './invoke-function.js';
import type { Answer } from './orchestration-turn.js';
import { watchOrchestrator, type Watched } from './watch-orchestrator.js';

/** Stands between a failure's message and the state that the orchestrator had (`OrchestrationFailureError` of the SDK). */
const marker = '$OutOfProcData$:';

/**
 * Asks the orchestrator of a name.
 *
 * @param trigger the history and what belongs to it, as JSON
 * @throws what the function throws outside of the protocol
 */
export async function askOrchestrator(invoker: Invoker, name: string, trigger: string): Promise<Answer> {
  let watched: Watched | undefined;
  const watch = (context: object) => void (watched = watchOrchestrator(context));
  const answer = await invoker
    .invoke(name, { string: trigger }, {}, watch)
    .then((data) => valueOf(data) as Answer, failureOf); // the SDK's schema
  const mistake = watched?.mistake();
  return mistake === undefined ? answer : { ...answer, mistake };
}

function failureOf(error: unknown): Answer {
  const message = error instanceof Error ? error.message : String(error);
  const at = message.indexOf(marker);
  if (at < 0) throw error;
  return JSON.parse(message.slice(at + marker.length)) as Answer; // the SDK's schema
}

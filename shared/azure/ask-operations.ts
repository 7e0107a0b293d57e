/** How do the operations in flight go? Those whose resources tell the truth are read, the others asked. */
import type { Operation, OperationAnswer } from '../site/intent.js';
import type { ObservedResource, ObservedRun, ObservedSetup } from '../site/observed-site.js';
import { problem, type Problem } from '../site/problem.js';
import { askHeader } from './begin.js';
import { computeClient, networkClient } from './clients.js';
import { observedLoadBalancer } from './load-balancers.js';
import { listed, listMachines, readCommands, type LookScope } from './look-at-resources.js';
import { outcomeOf, problemOfBody } from './problem-of-error.js';
import { observedPublicIp } from './public-ips.js';
import { sendBy } from './raw-request.js';
import { observedSecurityGroup } from './security-groups.js';
import type { ReadRun } from './runs.js';

/** Body of an operation's status. */
interface OperationBody {
  readonly status?: string;
  readonly error?: unknown;
}

/** What an operation's URL answered. */
type Told =
  | { readonly state: 'running'; readonly retryAfterSeconds?: number }
  | { readonly state: 'succeeded' }
  | { readonly state: 'failed'; readonly problem: Problem };

/**
 * Asks operations, in their order. Machines, public IPs and security groups say truly whether they are settled, so
 * one list of a kind answers for all of it, and brings addresses along; balancers and network interfaces say
 * Succeeded too early (recorded, docs/azure.md) and are asked by the operation's URL; setups by their instance view.
 * A poll that fails is no failed operation: it is asked again.
 */
export async function askOperations(
  scope: LookScope,
  operations: readonly Operation[],
  read: ReadRun,
): Promise<readonly OperationAnswer[]> {
  const lists = new Map<string, Promise<readonly ObservedResource[] | undefined>>();
  const listOf = (kind: Operation['kind']) => {
    const known = lists.get(kind) ?? listKind(scope, kind);
    lists.set(kind, known);
    return known;
  };
  return Promise.all(operations.map((operation) => answer(scope, operation, listOf, read)));
}

async function answer(
  scope: LookScope,
  operation: Operation,
  listOf: (kind: Operation['kind']) => Promise<readonly ObservedResource[] | undefined>,
  read: ReadRun,
): Promise<OperationAnswer> {
  if (operation.kind === 'setup' || operation.kind === 'run') return answerCommand(scope, operation, read);
  if (operation.kind === 'pool') return answerPool(scope, operation);
  if (operation.verb === 'start' || operation.verb === 'redeploy')
    return answerAction(scope, operation, listOf);
  const isTruthful =
    operation.kind === 'virtual-machine' ||
    operation.kind === 'public-ip' ||
    operation.kind === 'security-group';
  if (!isTruthful || (operation.verb === 'delete' && operation.kind !== 'virtual-machine')) {
    return tell(scope, operation);
  }
  const list = await listOf(operation.kind);
  if (list === undefined) return { state: 'running' };
  const found = list.find(({ name }) => name === operation.name);
  if (operation.verb === 'delete') return found === undefined ? { state: 'succeeded' } : { state: 'running' };
  return found === undefined ? tell(scope, operation) : answerResource(scope, operation, found);
}

async function answerResource(
  scope: LookScope,
  operation: Operation,
  observed: ObservedResource,
): Promise<OperationAnswer> {
  switch (observed.state) {
    case 'settled':
      return { state: 'succeeded', observed };
    case 'changing':
    case 'deleting':
      return { state: 'running', observed };
    case 'failed': {
      const told = await tell(scope, operation);
      const why = told.state === 'failed' ? told.problem : undefined;
      return {
        state: 'failed',
        observed,
        problem:
          why ??
          problem('service-failed', `${operation.name} is in state Failed; Azure gives no reason.`, {
            retryable: true,
          }),
      };
    }
  }
}

/** What a script did counts; a machine that is asked for several commands answers with all of them. */
async function answerCommand(
  scope: LookScope,
  { kind, name, virtualMachine, slot }: Operation,
  read: ReadRun,
): Promise<OperationAnswer> {
  if (virtualMachine === undefined || slot === undefined) return { state: 'succeeded' };
  const what = `what was run on ${virtualMachine}`;
  const asked = await outcomeOf<readonly (ObservedSetup | ObservedRun)[]>({ verb: 'read', what }, () =>
    readCommands(scope, virtualMachine, slot, read),
  );
  if (!asked.ok) return running(asked.problem.retryAfterSeconds);
  const observed = asked.value.find((found) => found.kind === kind && found.name === name);
  if (observed === undefined) {
    return {
      state: 'failed',
      problem: problem('gone', `${name} of ${virtualMachine} is gone.`, { retryable: true }),
    };
  }
  const isOver = observed.execution === 'succeeded' || observed.execution === 'failed';
  return isOver ? { state: 'succeeded', observed } : { state: 'running' };
}

/** A pool says who gets no new connections, once its operation is over. */
async function answerPool(scope: LookScope, operation: Operation): Promise<OperationAnswer> {
  const told = await tell(scope, operation);
  if (told.state !== 'succeeded') return told;
  const { loadBalancers } = await networkClient(scope.subscriptionId);
  const read = await outcomeOf({ verb: 'read', what: operation.name }, () =>
    loadBalancers.get(scope.resourceGroup, operation.name),
  );
  if (!read.ok) return running(read.problem.retryAfterSeconds);
  return { state: 'succeeded', observed: observedLoadBalancer(read.value) };
}

/** A start or a move is over when its operation is; the machine's own state comes along. */
async function answerAction(
  scope: LookScope,
  operation: Operation,
  listOf: (kind: Operation['kind']) => Promise<readonly ObservedResource[] | undefined>,
): Promise<OperationAnswer> {
  const told = await tell(scope, operation);
  if (told.state !== 'succeeded') return told;
  const observed = (await listOf('virtual-machine'))?.find(({ name }) => name === operation.name);
  return observed === undefined ? told : { ...told, observed };
}

const running = (retryAfterSeconds: number | undefined) =>
  retryAfterSeconds === undefined
    ? ({ state: 'running' } as const)
    : ({ state: 'running', retryAfterSeconds } as const);

async function listKind(
  scope: LookScope,
  kind: Operation['kind'],
): Promise<readonly ObservedResource[] | undefined> {
  const { site, subscriptionId, resourceGroup } = scope;
  const read = await outcomeOf<readonly ObservedResource[]>(
    { verb: 'read', what: `all of kind ${kind}` },
    async () => {
      if (kind === 'virtual-machine') return listMachines(scope);
      const network = await networkClient(subscriptionId);
      return kind === 'public-ip'
        ? listed(site, network.publicIPAddresses.list(resourceGroup), observedPublicIp)
        : listed(site, network.networkSecurityGroups.list(resourceGroup), observedSecurityGroup);
    },
  );
  return read.ok ? read.value : undefined;
}

/** Asks an operation by its URL; one without a URL, or whose URL is forgotten, counts as over. */
async function tell({ subscriptionId }: LookScope, { url, kind, name }: Operation): Promise<Told> {
  if (url === undefined) return { state: 'succeeded' };
  const client =
    kind === 'virtual-machine' ? await computeClient(subscriptionId) : await networkClient(subscriptionId);
  const { createPipelineRequest, createHttpHeaders } = await import('@azure/core-rest-pipeline');
  const request = createPipelineRequest({ url, headers: createHttpHeaders({ [askHeader]: '1' }) });
  const asked = await outcomeOf({ verb: 'read', what: `the operation on ${name}` }, () =>
    sendBy(client, request),
  );
  if (!asked.ok) return running(asked.problem.retryAfterSeconds);
  const { status, headers, bodyAsText } = asked.value;
  if (status === 404) return { state: 'succeeded' };
  if (status === 202 || status >= 400) return running(Number(headers.get('retry-after')) || undefined);
  const body = JSON.parse(bodyAsText === '' || !bodyAsText ? '{}' : bodyAsText) as OperationBody; // ARM's shape of an operation
  switch (body.status?.toLowerCase()) {
    case undefined:
    case 'succeeded':
      return { state: 'succeeded' };
    case 'failed':
    case 'canceled':
      return { state: 'failed', problem: problemOfBody(body.error, { verb: 'write', what: name }) };
    default:
      return running(Number(headers.get('retry-after')) || undefined);
  }
}

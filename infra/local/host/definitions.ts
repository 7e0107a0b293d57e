/** Is what the app registered sound? All that is wrong is told at once, each with its function, its file and what to do. */
import { resolveSettings, type AppSettings } from './app-settings.js';
import { readAccessLevel } from './function-keys.js';
import { atPlace, type Binding, type RegisteredFunction } from './functions-core.js';
import { httpTriggerOf, routeOf, sharesMethod } from './http-routes.js';
import { readTemplate } from './route-template.js';
import { readSchedule } from './schedule.js';

/** Bindings that are served, by their direction. */
const served: Readonly<Record<string, readonly string[]>> = {
  in: [
    'httpTrigger',
    'timerTrigger',
    'queueTrigger',
    'eventGridTrigger',
    'orchestrationTrigger',
    'activityTrigger',
    'entityTrigger',
    'durableClient',
  ],
  out: ['http'],
};

/** Names that the real host takes (azure-functions-host, Utility.cs). */
const soundName = /^(?!host$)[a-z][a-z0-9_-]{0,127}$/i;

/** Names of queues (Microsoft Learn, 'Naming queues and metadata'). */
const soundQueueName = /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Finds everything that keeps the app from being served as it would be in Azure. */
export function problemsOf(
  functions: readonly RegisteredFunction[],
  settings: AppSettings,
): readonly string[] {
  const each = functions.flatMap((called) =>
    [
      ...problemsOfName(called),
      ...Object.values(called.bindings).flatMap((binding) => problemsOfBinding(called, binding, settings)),
    ].map((problem) => `${called.name}${atPlace(called)}: ${problem}`),
  );
  return [...each, ...routeConflicts(functions)];
}

function problemsOfName({ name, bindings, callback, retryOptions }: RegisteredFunction): readonly string[] {
  const problems: string[] = [];
  if (!soundName.test(name))
    problems.push(
      `"${name}" is no name for a function; begin with a letter, go on with up to 127 letters, digits, "-" and "_".`,
    );
  // Plain JavaScript may register anything.
  if (typeof (callback as unknown) !== 'function')
    problems.push('it has no handler; give it a function as "handler".');
  if (!Object.values(bindings).some(({ type }) => type.endsWith('Trigger')))
    problems.push('it has no trigger; give it one.');
  if (retryOptions !== undefined)
    problems.push(
      'a retry policy of a trigger isn\'t served locally; leave "retry" out, or catch and try again.',
    );
  return problems;
}

function problemsOfBinding(
  called: RegisteredFunction,
  binding: Binding,
  settings: AppSettings,
): readonly string[] {
  const { type, direction } = binding;
  const known = served[direction] ?? [];
  if (!known.includes(type))
    return [
      `a binding of type "${type}" (${direction}) isn't served locally; served are ${known.join(', ')}.`,
    ];
  const ask = askOf(called, binding, settings)[type];
  if (ask === undefined) return [];
  try {
    ask();
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [why.endsWith('.') ? why : `${why}.`];
  }
}

/** What is read of a trigger when it starts, read now. */
function askOf(
  called: RegisteredFunction,
  binding: Binding,
  settings: AppSettings,
): Readonly<Record<string, () => void>> {
  return {
    httpTrigger: () => {
      askHttp(called, binding);
    },
    timerTrigger: () => {
      if (binding.schedule === undefined || binding.schedule === '')
        throw new Error('its timer has no schedule; give it six fields, such as "0 */5 * * * *"');
      readSchedule(resolveSettings(binding.schedule, settings));
    },
    queueTrigger: () => {
      const name = resolveSettings(binding.queueName ?? '', settings);
      if (!soundQueueName.test(name))
        throw new Error(
          `"${name}" is no name for a queue; take 3 to 63 small letters, digits and single "-"`,
        );
    },
  };
}

function askHttp(called: RegisteredFunction, trigger: Binding): void {
  const route = routeOf(called, trigger);
  readTemplate(route);
  // The real host looks at the beginning alone: "administer" is refused as well (ScriptHost.cs).
  if (/^\/*(?:admin|runtime)/i.test(route))
    throw new Error(`the route "${route}" begins like the host's own; begin with another word`);
  if (readAccessLevel(trigger.authLevel) === undefined)
    throw new Error(`authLevel "${trigger.authLevel ?? ''}" is none of anonymous, function and admin`);
}

/** Two functions at one route with a method in common; the real host leaves the second one out (ScriptHost.cs). */
function routeConflicts(functions: readonly RegisteredFunction[]): readonly string[] {
  const routes = functions.flatMap((called) => {
    const trigger = httpTriggerOf(called);
    if (trigger === undefined) return [];
    return [
      {
        called,
        trigger,
        route: routeOf(called, trigger)
          .replace(/^\/+|\/+$/g, '')
          .toLowerCase(),
      },
    ];
  });
  return routes.flatMap(({ called, trigger, route }, index) => {
    const other = routes
      .slice(0, index)
      .find((known) => known.route === route && sharesMethod(known.trigger, trigger));
    if (other === undefined) return [];
    return [
      `${called.name}${atPlace(called)}: its route "${route}" is that of ${other.called.name}${atPlace(other.called)}, and they share a method; give one of them another route or other methods.`,
    ];
  });
}

/** How do events reach web hooks? After a handshake, again and again until somebody takes them, and then dead. */
import type { Clock } from './clock.js';
import { afterAttempt, isExpired, standardPolicy, type RetryPolicy } from './event-retries.js';
import { asRecord, asText, type Json } from './json.js';
import { postJson, type PostAnswer } from './post-json.js';
import { guid, type Random } from './random.js';

/** A subscription of a web hook. */
export interface HookSubscription {
  readonly name: string;
  /** Address of the hook; on the real one HTTPS alone. May hold a key: never shown. */
  readonly endpoint: string;
  /** All types unless told. */
  readonly includedEventTypes?: readonly string[];
  readonly retryPolicy?: Partial<RetryPolicy>;
  /** Gets what is given up; without it that is dropped. */
  readonly deadLetter?: (letter: Json) => void;
}

/** How a subscription is. */
export type HookState = 'Succeeded' | 'AwaitingManualAction' | 'Failed';

/** An attempt that is over; never the address, which may hold a key. */
export interface HookAttempt {
  readonly subscription: string;
  readonly eventId: string;
  /** Which of the event's, from 1. */
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly outcome: number | 'timeout' | 'unreachable';
}

/** As many attempts are kept. */
const keptAttempts = 10_000;

/** Seconds that an answer is waited for (documentation). */
const timeoutSeconds = 30;

/** How long a hook has for the handshake by hand, and how long a dead event waits for its letter (documentation). */
const manualSeconds = 10 * 60;
const deadLetterSeconds = 5 * 60;

interface Hook {
  readonly subscription: HookSubscription;
  readonly policy: RetryPolicy;
  readonly validationId: string;
  state: HookState;
  readonly validated: AbortController;
}

/** What Event Grid delivers to web hooks. */
export class EventWebHooks {
  readonly #hooks = new Map<string, Hook>();
  #attempts: HookAttempt[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly place: { readonly region: string; readonly subscriptionId: string },
  ) {}

  /** Host of the handshake by hand. */
  get validationHost(): string {
    return `rp-${this.place.region}.eventgrid.azure.net`;
  }

  /**
   * Subscribes a hook, which must answer with the code that it is sent. One that answers 200 without it has ten minutes to
   * ask for the address that it was sent. Ends with the state then; events are delivered once it is `Succeeded`.
   */
  async subscribe(subscription: HookSubscription): Promise<HookState> {
    const hook: Hook = {
      subscription,
      policy: { ...standardPolicy, ...subscription.retryPolicy },
      validationId: guid(this.random).toUpperCase(),
      state: 'Failed',
      validated: new AbortController(),
    };
    this.#hooks.set(subscription.name, hook);
    const code = guid(this.random).toUpperCase();
    const answer = await this.#post(hook, this.#validationEvent(hook, code), 'SubscriptionValidation', 0);
    if (typeof answer === 'string' || answer.status !== 200) return hook.state;
    if (validationResponse(answer.text) === code) return (hook.state = 'Succeeded');
    hook.state = 'AwaitingManualAction';
    void this.#awaitManualAction(hook);
    return hook.state;
  }

  /** The newest attempts to deliver events, oldest first. */
  attempts(): readonly HookAttempt[] {
    return this.#attempts;
  }

  /** How a subscription is now; `undefined` when there is none of this name. */
  state(name: string): HookState | undefined {
    return this.#hooks.get(name)?.state;
  }

  unsubscribe(name: string): void {
    this.#hooks.delete(name);
  }

  /** Answers who asks for an address of the handshake by hand; false when it is none that is waited for. */
  validate(path: string, query: URLSearchParams): boolean {
    const [, name = ''] = /^\/eventsubscriptions\/([^/]+)\/validate$/i.exec(path) ?? [];
    const hook = this.#hooks.get(name);
    const isAwaited = hook?.state === 'AwaitingManualAction' && query.get('id') === hook.validationId;
    if (isAwaited) hook.validated.abort();
    return isAwaited;
  }

  /** Delivers an event to every hook that wants it. */
  deliver(event: Json): void {
    for (const hook of this.#hooks.values()) {
      const { includedEventTypes } = hook.subscription;
      const isWanted = includedEventTypes?.includes(asText(event['eventType'])) ?? true;
      if (isWanted && hook.state === 'Succeeded') void this.#attempt(hook, event);
    }
  }

  async #awaitManualAction(hook: Hook): Promise<void> {
    await this.clock.pause(manualSeconds, hook.validated.signal);
    hook.state = hook.validated.signal.aborted ? 'Succeeded' : 'Failed';
  }

  async #attempt(hook: Hook, event: Json): Promise<void> {
    const beganAt = Date.now();
    for (let attempts = 1; ; attempts++) {
      const answer = await this.#post(hook, event, 'Notification', attempts - 1);
      this.#note(hook, event, attempts, answer);
      const then = afterAttempt(answer, attempts, hook.policy, this.random());
      if (then.kind === 'delivered') return;
      if (then.kind === 'give-up') return this.#giveUp(hook, event, answer, attempts, then.because);
      await this.clock.pause(then.seconds);
      if (this.#hooks.get(hook.subscription.name) !== hook) return;
      if (isExpired((Date.now() - beganAt) / 1000, hook.policy))
        return this.#giveUp(hook, event, answer, attempts, 'time-to-live');
    }
  }

  #note({ subscription }: Hook, event: Json, number: number, answer: PostAnswer): void {
    const outcome = typeof answer === 'string' ? answer : answer.status;
    const about = { subscription: subscription.name, eventId: asText(event['id']), number, at: Date.now() };
    this.#attempts = [...this.#attempts.slice(1 - keptAttempts), { ...about, outcome }];
  }

  async #giveUp(
    { subscription: { deadLetter } }: Hook,
    event: Json,
    answer: PostAnswer,
    attempts: number,
    because: 'refused' | 'attempts' | 'time-to-live',
  ): Promise<void> {
    if (deadLetter === undefined) return;
    const lastAttempt = new Date().toISOString();
    await this.clock.pause(deadLetterSeconds);
    const reasons = {
      attempts: 'MaxDeliveryAttemptsExceeded',
      'time-to-live': 'TimeToLiveExceeded',
      refused: 'UndeliverableDueToInvalidRequest', // inferred; the others are documented
    } as const;
    deadLetter({
      ...event,
      deadLetterReason: reasons[because],
      deliveryAttempts: attempts,
      lastDeliveryOutcome: outcomeOf(answer),
      publishTime: event['eventTime'],
      lastDeliveryAttemptTime: lastAttempt,
    });
  }

  #post({ subscription }: Hook, event: Json, type: string, count: number): Promise<PostAnswer> {
    return postJson(subscription.endpoint, [event], {
      timeoutSeconds,
      headers: {
        'aeg-event-type': type,
        'aeg-subscription-name': subscription.name.toUpperCase(),
        'aeg-delivery-count': String(count),
        'aeg-data-version': asText(event['dataVersion']),
        'aeg-metadata-version': '1',
      },
    });
  }

  #validationEvent({ subscription, validationId }: Hook, code: string): Json {
    const query = new URLSearchParams({ id: validationId, t: new Date().toISOString() }).toString();
    return {
      id: guid(this.random),
      topic: `/subscriptions/${this.place.subscriptionId}`,
      subject: '',
      data: {
        validationCode: code,
        validationUrl: `https://${this.validationHost}/eventsubscriptions/${subscription.name}/validate?${query}`,
      },
      eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
      eventTime: new Date().toISOString(),
      metadataVersion: '1',
      dataVersion: '2',
    };
  }
}

function validationResponse(text: string): string {
  try {
    return asText(asRecord(JSON.parse(text))['validationResponse']);
  } catch {
    return ''; // a hook that answers something else hasn't answered with the code
  }
}

/** As documented for dead letters. */
function outcomeOf(answer: PostAnswer): string {
  if (answer === 'timeout') return 'TimedOut';
  if (answer === 'unreachable') return 'GenericError';
  const known: Readonly<Record<number, string>> = {
    ...{ 400: 'BadRequest', 401: 'Unauthorized', 403: 'Forbidden', 404: 'NotFound' },
    ...{ 413: 'PayloadTooLarge', 503: 'Busy' },
  };
  return known[answer.status] ?? 'GenericError';
}

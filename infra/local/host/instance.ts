/** What is known of one instance? All of it at hand while something is done with it; packed while it only waits. */
import { onTheWire, type HistoryEvent } from './history-event.js';
import { isOver, type Arrival, type InstanceState, type RuntimeStatus } from './hub-record.js';
import type { Action } from './replay-actions.js';

/** What never changes. */
type Fixed = 'id' | 'name' | 'version' | 'createdTime';

const nothingWritten = { events: 0, text: '' };

/**
 * One instance. Its state is replaced, never changed, so that who has it may keep it.
 *
 * A packed state is one buffer outside the heap. As objects it would be some hundred, and the garbage collection goes
 * over all of them again and again: with 50,000 that wait it took a third of the time (measured). What is asked of a
 * packed instance is read for the moment; only a change unpacks it.
 */
export class Instance implements InstanceState {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly createdTime: string;
  run: number;
  status: RuntimeStatus;
  lastUpdatedTime: string;
  private held: InstanceState | Buffer;
  /** The first events of the history as `played` gives them. */
  private written = nothingWritten;

  constructor(state: InstanceState) {
    this.id = state.id;
    this.name = state.name;
    this.version = state.version;
    this.createdTime = state.createdTime;
    this.run = state.run;
    this.status = state.status;
    this.lastUpdatedTime = state.lastUpdatedTime;
    this.held = state;
  }

  get input(): unknown {
    return this.state().input;
  }

  get output(): unknown {
    return this.state().output;
  }

  get customStatus(): unknown {
    return this.state().customStatus;
  }

  get history(): readonly HistoryEvent[] {
    return this.state().history;
  }

  get inbox(): readonly Arrival[] {
    return this.state().inbox;
  }

  get actions(): readonly Action[] {
    return this.state().actions;
  }

  get isPacked(): boolean {
    return Buffer.isBuffer(this.held);
  }

  /** All that is known; of a packed instance each call gives another copy. */
  state(): InstanceState {
    if (!Buffer.isBuffer(this.held)) return this.held;
    return JSON.parse(this.held.toString()) as InstanceState; // written by `pack`
  }

  /** The state as it stands, for later: packed, its JSON as UTF-8. */
  asHeld(): InstanceState | Buffer {
    return this.held;
  }

  /** The history as the next turn hands it over; what was written once isn't written anew each time. */
  played(): string {
    const { history } = this.state();
    const { events, text } = this.written;
    if (history.length === events) return text;
    const more = onTheWire(history.slice(events), true);
    this.written = { events: history.length, text: text === '' ? more : `${text},${more}` };
    return this.written.text;
  }

  /** Takes what has changed. */
  become(changes: Partial<Omit<InstanceState, Fixed>>): void {
    const now = { ...this.state(), ...changes };
    if (now.run !== this.run || isOver(now)) this.written = nothingWritten;
    this.held = now;
    this.run = now.run;
    this.status = now.status;
    this.lastUpdatedTime = now.lastUpdatedTime;
  }

  /** Packs the state, until the next change. */
  pack(): void {
    if (Buffer.isBuffer(this.held)) return;
    const text = JSON.stringify(this.held);
    // A slice of Node's pool would keep the whole of that piece alive.
    const packed = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
    packed.write(text);
    this.held = packed;
    this.written = nothingWritten;
  }
}

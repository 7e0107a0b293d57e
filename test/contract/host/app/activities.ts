/** What do the contract's orchestrators call? Activities that calculate, last, fail, or write down when they ran. */
import * as df from 'durable-functions';
import { note, notesOf } from './notes.js';

df.app.activity('double', { handler: (n: number) => n * 2 });

/** Lasts as told and notes its begin and its end. */
df.app.activity('last', {
  handler: async ({ subject, seconds, result }: { subject: string; seconds: number; result?: unknown }) => {
    note(subject, 'begins');
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    note(subject, 'ends');
    return result ?? null;
  },
});

df.app.activity('note', {
  handler: ({ subject, what }: { subject: string; what: unknown }) => {
    note(subject, what);
    return what;
  },
});

df.app.activity('switchedOffActivity', { handler: () => 'nobody may call this' });

df.app.activity('fail', {
  handler: (why: string) => {
    throw new Error(why);
  },
});

/** Fails so many times, and then answers how often it was called. */
df.app.activity('failTimes', {
  handler: ({ subject, times }: { subject: string; times: number }) => {
    note(subject, 'called');
    const calls = notesOf(subject).length;
    if (calls <= times) throw new Error(`call ${calls} fails`);
    return calls;
  },
});

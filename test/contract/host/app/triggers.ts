/** What else calls the app? Timers, a queue, Event Grid; each notes what it was given. */
import { app } from '@azure/functions';
import { note } from './notes.js';

app.timer('everySecond', {
  schedule: '* * * * * *',
  handler: (timer) => {
    note('everySecond', timer);
  },
});
app.timer('everyMinute', {
  schedule: '%MINUTELY%',
  handler: (timer) => {
    note('everyMinute', timer);
  },
});
app.timer('atStart', {
  schedule: '0 0 0 1 1 *',
  runOnStartup: true,
  handler: (timer) => {
    note('atStart', timer);
  },
});
/** Lasts longer than the time between its ticks. */
app.timer('slow', {
  schedule: '*/2 * * * * *',
  handler: async () => {
    note('slow', 'begins');
    await new Promise((resolve) => setTimeout(resolve, 5000));
    note('slow', 'ends');
  },
});

app.timer('switchedOffTimer', {
  schedule: '* * * * * *',
  handler: (timer) => {
    note('switchedOffTimer', timer);
  },
});

app.storageQueue('take', {
  queueName: '%QUEUE%',
  connection: 'ContractStorage',
  handler: (message, { triggerMetadata }) => {
    note('queue', { message, metadata: triggerMetadata });
    if (message === 'bad') throw new Error('this message can’t be taken');
  },
});

app.eventGrid('seen', {
  handler: (event) => {
    note('events', event);
    if (event.id === 'bad') throw new Error('this event can’t be taken');
  },
});

app.eventGrid('switchedOffEvents', {
  handler: (event) => {
    note('events', event);
  },
});

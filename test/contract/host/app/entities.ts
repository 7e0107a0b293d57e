/** What do the contract's orchestrators share? A counter. */
import * as df from 'durable-functions';

df.app.entity<number>('counter', (context) => {
  const value = context.df.getState(() => 0) ?? 0;
  switch (context.df.operationName) {
    case 'add':
      context.df.setState(value + (context.df.getInput<number>() ?? 0));
      return;
    default:
      context.df.return(value);
  }
});

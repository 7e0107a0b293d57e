/** How is shown what a suite has measured? */
import Table from 'cli-table3';

/** Prints a table past jest, which would put a stack trace beside it. */
export function tellTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  table.push(...rows.map((row) => [...row]));
  process.stdout.write(`\n${table.toString()}\n`);
}

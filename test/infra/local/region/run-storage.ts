/** Starts storage over the folder that is named, writes a row, tells where it is, and lives until it is killed. */
import { TableClient } from '@azure/data-tables';
import { startStorage } from '../../../../infra/local/region/azurite.js';

const { connectionString } = await startStorage(process.argv[2]);
const table = TableClient.fromConnectionString(connectionString, 'sites', { allowInsecureConnection: true });
await table.createTable();
await table.createEntity({ partitionKey: 'hq', rowKey: 'row', phase: 'serving' });
process.stdout.write(connectionString);

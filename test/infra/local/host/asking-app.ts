/** An app that asks its own host for a route while it is loaded, and answers there with what it was told. */
import { app } from '@azure/functions';

const early = await fetch(`http://${process.env['WEBSITE_HOSTNAME'] ?? ''}/api/early`);

app.http('early', { authLevel: 'anonymous', handler: () => ({ body: String(early.status) }) });

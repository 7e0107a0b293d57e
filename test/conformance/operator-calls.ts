/** What does a region's simulated cloud answer to that the app doesn't send? A person does it, by hand, to a site's parts. */

const subscription = '/subscriptions/7a2c9e10-4b1d-4c52-9f0e-5d1c0a6b3e21';
const providers = `${subscription}/resourceGroups/rg-spoke/providers`;
const machine = `${providers}/Microsoft.Compute/virtualMachines/vm-hq-z1-1-g1`;
const balancer = `${providers}/Microsoft.Network/loadBalancers/lb-hq`;
const actionGroup = `${providers}/Microsoft.Insights/actionGroups/ag-people`;
const rule = `${providers}/Microsoft.Insights/metricAlerts/alert-hq`;
const vault = 'kv-tunnelkeeper.vault.azure.net';

type Send = (method: string, path: string, body?: object) => Promise<Response>;

/**
 * Does everything once; each operation is over before the next begins. Fails at the first that is refused.
 *
 * @param pass lets seconds of the region's time pass
 */
export async function operate(cloudUrl: string, pass: (seconds: number) => Promise<void>): Promise<void> {
  const arm = senderOf(cloudUrl, 'management.azure.com');
  for (const action of ['restart', 'redeploy', 'powerOff', 'start', 'deallocate', 'start']) {
    await settled(arm, await arm('POST', `${machine}/${action}`), pass);
  }
  for (const query of ['?$expand=instanceView', '']) await arm('GET', `${machine}${query}`);
  await arm('GET', `${balancer}/backendAddressPools`);
  await watch(arm);
  await keepSecret(senderOf(cloudUrl, vault));
}

async function watch(arm: Send): Promise<void> {
  const webhookReceivers = [
    { name: 'hook', serviceUri: 'https://hook.example.com/', useCommonAlertSchema: true },
  ];
  const properties = { groupShortName: 'people', enabled: true, webhookReceivers };
  const group = { location: 'Global', properties };
  for (const method of ['PUT', 'PUT', 'GET', 'DELETE']) {
    await arm(method, actionGroup, ...(method === 'PUT' ? [group] : []));
  }
  await arm('GET', rule);
  await arm('PATCH', rule, { properties: { severity: 3 } });
  const asked = 'metricnames=DipAvailability&aggregation=average&interval=PT1M';
  await arm('GET', `${balancer}/providers/Microsoft.Insights/metrics?${asked}`);
}

async function keepSecret(secrets: Send): Promise<void> {
  await secrets('PUT', '/secrets/note', { value: 'one', tags: { owner: 'people' } });
  await secrets('GET', '/secrets/note/versions');
  await secrets('DELETE', '/secrets/note');
  await secrets('GET', '/deletedsecrets/note');
  await secrets('POST', '/deletedsecrets/note/recover');
  await secrets('DELETE', '/secrets/note');
  await secrets('DELETE', '/deletedsecrets/note');
}

/** Polls an operation until it is over. */
async function settled(arm: Send, begun: Response, pass: (seconds: number) => Promise<void>): Promise<void> {
  const url = new URL(begun.headers.get('azure-asyncoperation') ?? '');
  for (;;) {
    const { status } = (await (await arm('GET', `${url.pathname}${url.search}`)).json()) as {
      status: string;
    }; // ARM's form
    if (status !== 'InProgress') return;
    await pass(10);
  }
}

function senderOf(cloudUrl: string, host: string): Send {
  return async (method, path, body) => {
    const url = new URL(path, cloudUrl);
    // The validator sets the version of the description.
    if (!url.searchParams.has('api-version')) url.searchParams.set('api-version', '2024-07-01');
    const answer = await fetch(url, {
      method,
      headers: {
        'x-forwarded-host': host,
        authorization: 'Bearer a-person',
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  };
}

/** Do custom metrics keep to their description? By ajv, since to oav their path is any resource's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { Exchange } from '../../infra/local/cloud/server.js';
import type { Verdict } from './validator.js';

const file = 'monitor-custommetrics.2018-09-01-preview.json';

/** Says whether an exchange is about custom metrics. */
export function isOfCustomMetrics({ host }: Exchange): boolean {
  return host.endsWith('.monitoring.azure.com');
}

/** Reads the description. */
export function makeCustomMetricsCheck(directory: string): (exchange: Exchange) => Verdict {
  const description = JSON.parse(readFileSync(join(directory, file), 'utf8')) as object; // OpenAPI's form
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(description, file);
  const check = (name: string, body: unknown) => {
    ajv.validate(`${file}#/definitions/${name}`, body);
    return (ajv.errors ?? []).map(({ instancePath, message = '' }) => `${name}${instancePath} ${message}`);
  };
  return ({ method, headers, body, status, responseBody }) => ({
    operation: 'Metrics_Create',
    isUndescribed: method !== 'POST',
    faults: [
      // A request that is refused may be wrong in itself.
      ...(status < 300 ? check('AzureMetricsDocument', body) : []),
      ...check('AzureMetricsResult', responseBody),
      ...['content-type', 'content-length', 'authorization']
        .filter((name) => headers[name] === undefined)
        .map((name) => `the header ${name} is missing`),
    ],
  });
}

/** Do a lab's images hold what a gateway needs? */
import { expect, test } from '@jest/globals';
import { gatewayPackages } from '../../../../infra/local/gateways/real/images.js';
import { packages } from '../../../../shared/gateway/render-setup-script.js';

test('the packages of a lab’s images are those that the setup script installs', () => {
  expect(gatewayPackages).toEqual(packages);
});

/** Has somebody asked that nothing touches this gateway? */
import { pass, type Guard } from './guard.js';

/** Holds everything on a protected gateway, and on every gateway of a protected site. */
export const protectedGuard: Guard = ({ slot }, { record }) => {
  const order = record.orders?.[slot]?.protect;
  if (order !== undefined) {
    return {
      kind: 'hold',
      reason: 'protected',
      sentence: `${slot} is protected by ${order.by} since ${order.at}.`,
    };
  }
  if (!record.spec.protected) return pass;
  return {
    kind: 'hold',
    reason: 'protected',
    sentence: `${record.name} is protected ("protected": true in its spec).`,
  };
};

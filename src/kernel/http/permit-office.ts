import type { CloudPermit, PermitOffice } from '../../contracts/models/permit.ts';

/** Makes an office whose permits are known by identity; a copy or an object of the same shape is no permit. */
export function createPermitOffice(): PermitOffice {
  const issued = new WeakSet<CloudPermit>();
  return {
    issue(permit) {
      const own = Object.freeze({ ...permit });
      issued.add(own);
      return own;
    },
    withdraw: (permit) => void (permit !== undefined && issued.delete(permit)),
    isIssued: (permit, providerId) => permit !== undefined && issued.has(permit) && permit.providerId === providerId,
  };
}

import type { RouteFilter } from '../../contracts/routing/strategy.ts';

/**
 * Keeps what is about a project from a cloud that the person has refused it, and from one that nobody has been asked
 * about where nobody can be asked now. The decision applies it always.
 */
export const consentFilter: RouteFilter = {
  id: 'consent',
  reject: ({ model, consent, providerId }, request) => {
    const { project, mayAskConsent } = request;
    if (model.locality.value === 'local' || consent === undefined || project === undefined) return undefined;
    if (consent === 'unasked' && mayAskConsent === true) return undefined;
    const command = `wooster privacy allow ${providerId} --project ${project}`;
    const why = consent === 'refused' ? 'it may not get what is about' : 'nobody has agreed that it gets what is about';
    return { filter: 'consent', text: `cloud: ${why} the project ${project}; \`${command}\` allows it` };
  },
};

import { LOCAL_PRINCIPAL, type HostSettings } from 'wooster';
import type { CheckBody, DoctorPorts } from '../doctor-ports.ts';

/** Whether some setting lets a cloud answer. */
function isCloudPermitted({ routing, providers }: HostSettings): boolean {
  if (routing.cloudRefusal !== undefined) return false;
  const isPermitted = providers.some(({ isEnabled, permission }) => isEnabled && permission !== undefined);
  return routing.cloudPermission !== undefined || isPermitted;
}

/** Whether a question could be answered on machines of the user, and by which model: a preview of the decision. */
export function conversationCheck({ router, settings }: Pick<DoctorPorts, 'router' | 'settings'>): CheckBody {
  return {
    async run(signal) {
      await router().refresh(signal);
      const { chain, rejected } = await router().decide(
        { task: 'chat', needs: {}, privacy: 'local-only', principal: LOCAL_PRINCIPAL, isPreview: true },
        signal,
      );
      const [first, ...others] = chain.map(({ ref }) => ref);
      if (first !== undefined) {
        const then = others.length === 0 ? '' : `, then ${others.slice(0, 2).join(', ')}`;
        return [{ state: 'ok', summary: `${first} would answer a question${then}` }];
      }
      const reasons = rejected.flatMap(({ ref, reasons: why }) => why.map(({ text }) => `${ref}: ${text}`));
      const summary = `no model of yours can answer${reasons.length === 0 ? '' : ` (${reasons.slice(0, 2).join('; ')})`}`;
      if (isCloudPermitted(settings))
        return [{ state: 'warning', summary, remedy: 'until then a permitted cloud is asked' }];
      return [{ state: 'fault', summary, remedy: 'mend what is told above, or turn embedded.enabled on' }];
    },
  };
}

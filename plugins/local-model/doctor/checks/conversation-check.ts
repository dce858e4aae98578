import { LOCAL_PRINCIPAL } from 'wooster';
import type { CheckBody, DoctorPorts } from '../doctor-ports.ts';

/** Whether a question could be answered now, and by which model: a preview of the decision, which sends nothing. */
export function conversationCheck({ router }: Pick<DoctorPorts, 'router'>): CheckBody {
  return {
    async run(signal) {
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
      return [{ state: 'fault', summary, remedy: 'mend what is told above, or turn embedded.enabled on' }];
    },
  };
}

import { LOCAL_PRINCIPAL, type ChatCommand } from 'wooster';
import { describeFact, describeFacts } from '../describe-facts.ts';
import type { Profile } from '../profile.ts';

const SHOWN = 20;

/** `/remember`, `/recall` and `/forget`, as the commands of the same names. */
export function profileCommands(profile: Profile): readonly ChatCommand[] {
  return [
    {
      id: 'remember',
      usage: '<fact>',
      summary: 'keeps a fact about you, for every later conversation',
      run: async (rest, { terminal, signal }) => {
        const { fact, isNew, notice } = await profile.remember(rest, LOCAL_PRINCIPAL, signal);
        terminal.note(`${isNew ? 'remembered' : 'remembered already'}: ${describeFact(fact)}`);
        if (notice !== undefined) terminal.note(notice);
      },
    },
    {
      id: 'recall',
      usage: '[question]',
      summary: 'shows what is remembered about you',
      run: async (rest, { terminal, signal }) => {
        const { facts, notices } = await profile.recall({ question: rest, k: SHOWN }, LOCAL_PRINCIPAL, signal);
        terminal.note(describeFacts(facts));
        for (const notice of notices) terminal.note(notice);
      },
    },
    {
      id: 'forget',
      usage: '<id or words>',
      summary: 'removes a fact about you for good',
      run: async (rest, { terminal, signal }) => {
        for (const fact of await profile.forget(rest, LOCAL_PRINCIPAL, signal)) {
          terminal.note(`forgotten: ${describeFact(fact)}`);
        }
      },
    },
  ];
}

import { defineTool, type ToolDescriptor } from 'wooster';
import { z } from 'zod';
import { describeFact, describeFacts } from '../describe-facts.ts';
import type { Profile } from '../profile.ts';

const RECALLED = 5;

/** Tools over what is remembered; the top facts are in every turn anyway, so they are offered on request only. */
export function profileTools(profile: Profile): readonly ToolDescriptor[] {
  return [
    defineTool({
      id: 'remember',
      description: 'Keep a fact about the user for later conversations. Only when the user asks to remember something.',
      risk: 'write',
      offer: 'on-request',
      schema: z.object({ fact: z.string().describe('one sentence about the user') }),
      run: async ({ fact: written }, { principal, signal }) => {
        const { fact, isNew } = await profile.remember(written, principal, signal);
        return { text: `${isNew ? 'Remembered' : 'Was remembered already'}: ${fact.text}`, data: fact };
      },
    }),
    defineTool({
      id: 'recall',
      description: 'Look up facts about the user that were remembered earlier.',
      risk: 'read',
      offer: 'on-request',
      schema: z.object({ question: z.string().describe('what to look for') }),
      run: async ({ question }, { principal, signal }) => {
        const { facts } = await profile.recall({ question, k: RECALLED }, principal, signal);
        return { text: describeFacts(facts), data: facts };
      },
    }),
    defineTool({
      id: 'forget',
      description: 'Remove one remembered fact about the user for good. Only when the user asks to forget something.',
      risk: 'write',
      offer: 'on-request',
      schema: z.object({ fact: z.string().describe('the id of the fact, or its words') }),
      run: async ({ fact }, { principal, signal }) => {
        const forgotten = await profile.forget(fact, principal, signal);
        return { text: `Forgotten: ${forgotten.map(describeFact).join('; ')}`, data: forgotten };
      },
    }),
  ];
}

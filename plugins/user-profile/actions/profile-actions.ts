import {
  defineAction,
  isWoosterError,
  UsageError,
  type Action,
  type ActionContext,
  type EmbeddingsPreparation,
} from 'wooster';
import { z } from 'zod';
import { describeFact, describeFacts } from '../describe-facts.ts';
import type { Profile } from '../profile.ts';

const factSchema = z.object({ id: z.string(), text: z.string(), rememberedAt: z.number() });

const RECALLED = 10;

/** Fetches the embedding model where it is missing; a fact is kept without it, so a failure is told by `remember` itself. */
async function prepareQuietly(
  preparation: EmbeddingsPreparation,
  context: Pick<ActionContext, 'signal' | 'progress'>,
): Promise<void> {
  try {
    await preparation.prepare('userProfile', context);
  } catch (error) {
    if (context.signal.aborted || !isWoosterError(error)) throw error;
  } finally {
    context.progress.finish();
  }
}

/** `remember`: keeps one fact about the user. */
function rememberAction(profile: Profile, preparation: () => EmbeddingsPreparation): Action {
  return defineAction({
    id: 'remember',
    summary: 'Keep a fact about you, for every later conversation',
    args: z.object({ fact: z.array(z.string()).default([]).describe('a sentence, as the model shall read it') }),
    positionals: ['fact'],
    result: z.object({ fact: factSchema, isNew: z.boolean(), notice: z.string().optional() }),
    examples: ['remember "I prefer metric units"'],
    run: async (args, { principal, signal, progress }) => {
      await prepareQuietly(preparation(), { signal, progress });
      return profile.remember(args.fact.join(' '), principal, signal);
    },
    render: ({ fact, isNew, notice }) =>
      [`${isNew ? 'remembered' : 'remembered already'}: ${describeFact(fact)}`, ...(notice ? [notice] : [])].join('\n'),
  });
}

/** `recall`: what is remembered. */
function recallAction(profile: Profile): Action {
  return defineAction({
    id: 'recall',
    summary: 'Show what is remembered about you, all of it or what is near a question',
    args: z.object({
      question: z.array(z.string()).default([]).describe('what to look for; everything without it'),
      limit: z.number().int().positive().max(1000).optional().describe('how many facts to show'),
    }),
    positionals: ['question'],
    result: z.object({ facts: z.array(factSchema), notices: z.array(z.string()) }),
    examples: ['recall', 'recall "units of measure"'],
    run: async (args, { principal, signal }) => {
      const question = args.question.join(' ');
      const k = args.limit ?? (question === '' ? 1000 : RECALLED);
      const { facts, notices } = await profile.recall({ question, k }, principal, signal);
      return { facts: [...facts], notices: [...notices] };
    },
    render: ({ facts, notices }) => [describeFacts(facts), ...notices].join('\n'),
  });
}

/** `forget`: removes a fact, or all of them. */
function forgetAction(profile: Profile): Action {
  return defineAction({
    id: 'forget',
    summary: 'Remove a fact about you from text, vectors, index and cache',
    args: z.object({
      fact: z.array(z.string()).default([]).describe('the id of the fact, or words that only it holds'),
      all: z.boolean().default(false).describe('remove everything that is remembered'),
      yes: z.boolean().default(false).describe('do not ask before removing everything'),
    }),
    positionals: ['fact'],
    result: z.object({ forgotten: z.array(factSchema) }),
    examples: ['forget 1f3a5b7c', 'forget "metric units"', 'forget --all'],
    run: async (args, { principal, signal, terminal }) => {
      const wanted = args.fact.join(' ').trim();
      if (args.all === (wanted !== '')) throw new UsageError('name a fact by its id or its words, or --all');
      if (!args.all) return { forgotten: [...(await profile.forget(wanted, principal, signal))] };
      const count = await profile.count(principal, signal);
      if (count > 0 && !args.yes) {
        if (!terminal.isInteractive) throw new UsageError(`${count} facts would be removed for good; add --yes`);
        const answer = await terminal.question(`Remove ${count} facts for good? [y/N] `, signal);
        if (!/^y(es)?$/i.test(answer?.trim() ?? '')) return { forgotten: [] };
      }
      return { forgotten: [...(await profile.forgetAll(principal, signal))] };
    },
    render: ({ forgotten }) =>
      forgotten.length === 0
        ? 'nothing was forgotten'
        : forgotten.map((fact) => `forgotten: ${describeFact(fact)}`).join('\n'),
  });
}

/** The actions of this plugin. */
export function profileActions(profile: Profile, preparation: () => EmbeddingsPreparation): readonly Action[] {
  return [rememberAction(profile, preparation), recallAction(profile), forgetAction(profile)];
}

import {
  defineTool,
  type EmbedderStatus,
  type EmbeddingsFactory,
  type PurposeStatus,
  type ToolDescriptor,
} from 'wooster';
import { z } from 'zod';
import { adviceFor, stateOfPurpose } from '../../embeddings/purpose-advice.ts';

/** What the tools of embeddings are made of. */
export interface EmbeddingToolPorts {
  readonly embeddings: () => EmbeddingsFactory;
}

function numbers(dimensions: number | undefined): string {
  return dimensions === undefined ? '' : `, ${dimensions} numbers`;
}

function describePurpose(purpose: PurposeStatus, models: readonly EmbedderStatus[]): string {
  const { purpose: name, model, ref, problem, dimensions } = purpose;
  const state = stateOfPurpose(purpose, models);
  if (ref === undefined) {
    const advice = adviceFor(purpose, models);
    return `${name}: ${state}: ${problem ?? 'nothing serves it'}${advice === undefined ? '' : `; ${advice}`}`;
  }
  const place = models.find((each) => each.ref === ref)?.locality === 'cloud' ? ' in a cloud' : '';
  return `${name}: ${state}: ${model}${numbers(dimensions)}, served by ${ref}${place}`;
}

/** `check_local_embedding_health`: whether texts of each purpose can be embedded now, by what, and what to do if not. */
export function checkLocalEmbeddingHealth({ embeddings }: EmbeddingToolPorts): ToolDescriptor {
  return defineTool({
    id: 'check_local_embedding_health',
    description:
      'Tell whether documents and facts can be embedded for search now, by which model, and what to do if not.',
    risk: 'read',
    // A model may have to be loaded first.
    timeoutMs: 180_000,
    offer: 'on-request',
    schema: z.object({
      purpose: z.enum(['projects', 'userProfile']).optional().describe('only this one; both without it'),
    }),
    run: async (args, { signal }) => {
      const { models, purposes } = await embeddings().status(signal);
      const wanted = purposes.filter(({ purpose }) => args.purpose === undefined || purpose === args.purpose);
      return {
        text: wanted.map((purpose) => describePurpose(purpose, models)).join('\n'),
        data: { purposes: wanted.map((purpose) => ({ ...purpose, state: stateOfPurpose(purpose, models) })) },
      };
    },
  });
}

function describeModel({ ref, facts, state, locality, servesPurposes }: EmbedderStatus): string {
  const window = facts.maxTokens === undefined ? '' : `, ${facts.maxTokens} tokens a text`;
  const serves = servesPurposes.length === 0 ? '' : `, serves ${servesPurposes.join(' and ')}`;
  return `${ref} (${facts.name}${numbers(facts.dimensions)}${window}, ${locality}, ${state}${serves})`;
}

/** `list_embedding_models`: the embedding models there are, one a line. */
export function listEmbeddingModels({ embeddings }: EmbeddingToolPorts): ToolDescriptor {
  return defineTool({
    id: 'list_embedding_models',
    description: 'List the models that can turn texts into vectors for search, with their state.',
    risk: 'read',
    offer: 'on-request',
    schema: z.object({}),
    run: async (_args, { signal }) => {
      const { models } = await embeddings().status(signal);
      const none = 'there are no embedding models; run "wooster setup", or start a server that has one';
      return { text: models.length === 0 ? none : models.map(describeModel).join('\n'), data: { models } };
    },
  });
}

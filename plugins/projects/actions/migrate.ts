import {
  ConfigError,
  defineAction,
  EMBEDDERS,
  findEmbedder,
  isSameEmbedder,
  UsageError,
  type Action,
  type ActionContext,
  type EmbeddingPurpose,
  type KnowledgeStore,
} from 'wooster';
import { z } from 'zod';
import type { ProjectPorts } from './project-ports.ts';

const resultSchema = z.object({
  stores: z.array(z.object({ name: z.string(), model: z.string(), embedded: z.number(), kept: z.array(z.string()) })),
});

type Migrated = z.output<typeof resultSchema>['stores'][number];

/** A cloud model that only stands in for the configured one must not become the model of a store. */
function refuseStandIn({ settings, extensions }: ProjectPorts, purpose: EmbeddingPurpose, model: string): void {
  const wanted = settings.embeddings[purpose].model;
  const known = findEmbedder(wanted, extensions.list(EMBEDDERS))?.id;
  if (known === model || isSameEmbedder(wanted.slice(wanted.indexOf(':') + 1), model)) return;
  throw new UsageError(
    `${wanted} cannot be reached, and ${model} of a cloud only stands in for it: start a server that has ${wanted} and migrate then, or set embeddings.${purpose}.model`,
  );
}

async function fill(
  ports: ProjectPorts,
  store: KnowledgeStore,
  { signal, progress }: ActionContext,
): Promise<Migrated> {
  await ports.preparation().prepare(store.purpose, { signal, progress });
  const embeddings = await store.embeddings(signal);
  if (embeddings === undefined) {
    throw new ConfigError(
      `embeddings of ${store.purpose} are off: set embeddings.${store.purpose}.enabled before migrating`,
    );
  }
  const { spaceId, name: model } = embeddings.space;
  if (embeddings.locality === 'cloud') refuseStandIn(ports, store.purpose, model);
  const { embedded } = await store.embedMissing(signal, (done, total) =>
    progress.update({ label: `embedding ${store.name} with ${model}`, done, total, unit: 'items' }),
  );
  progress.finish();
  const { spaces } = await store.stats(signal);
  const kept = spaces.filter(({ space }) => space.spaceId !== spaceId).map(({ space }) => space.name);
  return { name: store.name, model, embedded, kept };
}

/** `migrate`: embeds what a store holds with the model that is configured now; vectors of the old one are kept. */
export function migrateAction(ports: ProjectPorts): Action {
  return defineAction({
    id: 'migrate',
    summary: 'Embed a project or the user profile with the model that is configured now',
    args: z.object({
      project: z.string().optional().describe('name of the project'),
      userProfile: z.boolean().default(false).describe('the store of what is known of the user'),
    }),
    result: resultSchema,
    examples: ['migrate --project handbook', 'migrate --user-profile'],
    run: async ({ project, userProfile }, context) => {
      if ((project !== undefined) === userProfile) {
        throw new UsageError('say what to migrate: either --project <name> or --user-profile');
      }
      const { signal } = context;
      if (project !== undefined)
        return { stores: [await fill(ports, await ports.stores.of(project, signal), context)] };
      const stores: Migrated[] = [];
      for (const name of await ports.knowledge().list('userProfile')) {
        const store = await ports.knowledge().open('userProfile', name, signal);
        try {
          stores.push(await fill(ports, store, context));
        } finally {
          await store.close();
        }
      }
      if (stores.length === 0) throw new UsageError('there is no user profile yet: wooster remember "..." begins one');
      return { stores };
    },
    render: ({ stores }) =>
      stores
        .map(({ name, model, embedded, kept }) => {
          const old = kept.length === 0 ? '' : `; vectors of ${kept.join(', ')} are kept`;
          return `${name}: ${embedded} texts embedded with ${model}${old}`;
        })
        .join('\n'),
  });
}

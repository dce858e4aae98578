import type { EmbeddingsFactory } from '../contracts/models/embedding-model.ts';
import type { EmbeddingsFactoryOptions, RoutedEmbeddingsFactory } from './routed-embeddings-factory.ts';

/**
 * Makes the factory of embeddings over a router. Does no I/O. One instance for each purpose and space is kept, so that
 * its cache serves all who ask; `for` looks again each time, so that a model that is back is used again.
 */
export function createEmbeddingsFactory(options: EmbeddingsFactoryOptions): EmbeddingsFactory {
  let made: Promise<RoutedEmbeddingsFactory> | undefined;
  // The door is read at every start of the program, and most commands embed nothing.
  const factory = (): Promise<RoutedEmbeddingsFactory> =>
    (made ??= (async () => {
      const { RoutedEmbeddingsFactory: Factory } = await import('./routed-embeddings-factory.ts');
      return new Factory(options);
    })());
  return {
    for: async (...asked) => (await factory()).for(...asked),
    ofSpace: async (...asked) => (await factory()).ofSpace(...asked),
    named: async (...asked) => (await factory()).named(...asked),
    status: async (signal) => (await factory()).status(signal),
  };
}

import { setTimeout as wait } from 'node:timers/promises';
import type { EmbedOptions, EmbeddingsFactory } from '../../../src/index.ts';
import { EmbeddingsDouble, embeddingsFactoryDouble, spaceDouble } from '../../doubles/embeddings-double.ts';

/** A double that takes its time, so much a token. */
class SlowDouble extends EmbeddingsDouble {
  readonly #msPerToken: number;

  constructor(name: string, dimensions: number, msPerToken: number) {
    super(spaceDouble(name, dimensions));
    this.#msPerToken = msPerToken;
  }

  override async embed(texts: readonly string[], options: EmbedOptions): Promise<readonly Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += this.limits.inputs) {
      const batch = texts.slice(at, at + this.limits.inputs);
      const { counts } = await this.countTokens(batch);
      await wait(counts.reduce((sum, count) => sum + count, 0) * this.#msPerToken);
      vectors.push(...(await super.embed(batch, options)));
    }
    return vectors;
  }
}

/** Two models: `old` answers at once, `new` takes its time. */
export function slowFactory(msPerToken: number): EmbeddingsFactory {
  const old = new EmbeddingsDouble(spaceDouble('old', 128));
  return embeddingsFactoryDouble(old, [new SlowDouble('new', 192, msPerToken)]);
}

import type { EmbeddedEngine, EngineEndpoint } from '../engine/embedded-engine.ts';

/** One engine for all callers, made when first asked for; a preparation that failed is begun anew by the next. */
export class EngineHolder {
  readonly #make: (signal: AbortSignal) => Promise<EmbeddedEngine>;
  #engine: EmbeddedEngine | undefined;
  #making: Promise<EmbeddedEngine> | undefined;

  constructor(make: (signal: AbortSignal) => Promise<EmbeddedEngine>) {
    this.#make = make;
  }

  isRunning(): boolean {
    return this.#engine?.state().kind === 'ready';
  }

  /** Address and key of the running engine; prepares and starts it when needed. */
  async endpoint(signal: AbortSignal): Promise<EngineEndpoint> {
    this.#making ??= this.#make(signal)
      .then((engine) => (this.#engine = engine))
      .catch((error: unknown) => {
        this.#making = undefined;
        throw error;
      });
    return (await this.#making).endpoint(signal);
  }

  /** Ends the engine; the next caller starts another. */
  async dispose(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    this.#making = undefined;
    await engine?.dispose();
  }
}

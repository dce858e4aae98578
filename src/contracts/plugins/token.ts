/** A typed name of one service in the container; `Service` is what `get` returns for it. */
export interface Token<Service> {
  readonly id: string;
  readonly key: symbol;
  /** Carries the type only and is never set. */
  readonly service?: Service;
}

/** Declares a service token; call it once and export the result, for tokens are compared by identity of `key`. */
export function defineToken<Service>(id: string): Token<Service> {
  return Object.freeze({ id, key: Symbol(id) });
}

/** A token for a capability that providers may have and the contracts do not name yet (images, speech). */
export interface CapabilityToken<Capability> extends Token<Capability> {
  readonly summary: string;
}

/** Declares a capability token. */
export function defineCapability<Capability>(id: string, summary: string): CapabilityToken<Capability> {
  return Object.freeze({ id, summary, key: Symbol(id) });
}

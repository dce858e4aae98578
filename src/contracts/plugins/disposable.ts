/** Something that was started or registered and can be undone; `dispose` may be called twice and then does nothing. */
export interface Disposable {
  dispose(): void | Promise<void>;
}

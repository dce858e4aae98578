/** One reference page that is made from the code. */
export interface GeneratedPage {
  /** Path below the root of the repository: `docs/errors.md`. */
  readonly path: string;
  /** Its whole text; it is formatted afterwards. */
  render(): string | Promise<string>;
}

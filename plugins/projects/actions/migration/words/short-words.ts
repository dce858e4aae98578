/** The name of a model without who published it: for tables, where there is little room. */
export function shortName(model: string): string {
  return model.slice(model.lastIndexOf('/') + 1);
}

/** `1,234`. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

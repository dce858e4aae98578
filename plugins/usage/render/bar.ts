const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/**
 * A bar of so many columns for a share of 0 to 1, of eighths of a column. What is above 0 shows at least the thinnest
 * mark. `isPlain` draws with `#`, for files, pipes and terminals without colours, which may not know the blocks.
 */
export function bar(share: number, width: number, isPlain: boolean): string {
  if (!(share > 0) || width <= 0) return '';
  const eighths = Math.min(width * 8, Math.max(1, Math.round(share * width * 8)));
  if (isPlain) return '#'.repeat(Math.max(1, Math.round(eighths / 8)));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/** A bar within its whole, for what is used up of it. */
export function gauge(share: number, width: number, isPlain: boolean): string {
  return bar(Math.min(1, share), width, isPlain).padEnd(width, isPlain ? '.' : '░');
}

/** What people write: prose of several lengths, code, other scripts, figures, one word. The longest is near the limit. */
export const TEXTS: readonly string[] = [
  'hello world',
  'boat',
  'How do I get my money back?',
  'The store is opened read-only when another process writes to it, and every search goes on as before.',
  'const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });',
  'SELECT path, count(*) FROM chunks GROUP BY path ORDER BY 2 DESC; -- the largest first',
  'Größe und Maß: naïve Übergröße, façade, smörgåsbord',
  '東京の天気はどうですか',
  'Где находится библиотека?',
  'Invoice 2026-0417: 1,234.50 EUR, due 30 days after 2026-11-21 🙂',
  'A paragraph about write-ahead logs, page caches and checkpoints. '.repeat(12),
  'river mill boat water '.repeat(60),
];

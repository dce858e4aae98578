/** A question to the documentation of the installed packages, and the files that answer it. */
interface DocumentationQuestion {
  readonly question: string;
  /** Any of these is right. */
  readonly files: readonly string[];
}

/**
 * Written before the splitting, the prefixes and the ranking were tuned, and not changed for them. No question names its
 * file or quotes one of its headings.
 */
export const DOCUMENTATION_QUESTIONS: readonly DocumentationQuestion[] = [
  {
    question: 'After how long is a lock taken to be abandoned when its owner no longer refreshes it?',
    files: ['proper-lockfile/README.md'],
  },
  {
    question: 'Why can a zip archive not be read reliably while it is still being downloaded?',
    files: ['yauzl/README.md'],
  },
  {
    question: 'How do I keep my own paragraph styles when a Word document becomes HTML?',
    files: ['mammoth/README.md'],
  },
  {
    question: 'How do I get only the article out of a cluttered web page?',
    files: ['@mozilla/readability/README.md'],
  },
  { question: 'How do I make a safe name for a file out of any text?', files: ['filenamify/readme.md'] },
  {
    question: 'How does my script notice that it runs on a build server, and for a pull request?',
    files: ['ci-info/README.md'],
  },
  {
    question: 'How do I let an hour pass at once in a test, without waiting?',
    files: ['@sinonjs/fake-timers/README.md'],
  },
  {
    question: 'How do I make sure that a file is either written completely or not changed at all?',
    files: ['write-file-atomic/README.md', 'steno/README.md'],
  },
  { question: 'Which kind of identifier sorts by the time at which it was made?', files: ['uuid/README.md'] },
  {
    question: 'How do all requests of a Node program go through a company proxy without changing its code?',
    files: ['global-agent/README.md'],
  },
];

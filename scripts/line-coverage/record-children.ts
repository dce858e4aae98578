/**
 * Preloaded into jest: makes Node record the raw coverage of every child that tests start. Node hands
 * `NODE_V8_COVERAGE` on even to children whose environment is listed, so no test has to know. It is set only after
 * start-up and only where tests run, because jest records those processes itself.
 */
const directory = process.env['CHILD_COVERAGE_DIRECTORY'];
const runsTests = process.env['JEST_WORKER_ID'] !== undefined || process.argv.includes('--runInBand');
if (directory !== undefined && runsTests) process.env['NODE_V8_COVERAGE'] = directory;

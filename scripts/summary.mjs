// Prints the totals of a test report on one line that scripts can read: `N passed, N failed, N skipped`.
import { readFile } from 'node:fs/promises';

const report = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8'));
const skipped = report.numPendingTests + report.numTodoTests;
console.log(`${report.numPassedTests} passed, ${report.numFailedTests} failed, ${skipped} skipped`);

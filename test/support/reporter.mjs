// Mocha's spec reporter with one fixed last line: `N passed, N failed, N skipped`.
import Mocha from 'mocha';

export default class Reporter extends Mocha.reporters.Spec {
  epilogue() {
    super.epilogue();
    const { passes = 0, failures = 0, pending = 0 } = this.stats;
    process.stdout.write(`${passes} passed, ${failures} failed, ${pending} skipped\n`);
  }
}

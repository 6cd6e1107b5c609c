import { describe, expect, it } from 'vitest';
import { Output } from '../../../src/cli/output.js';
import { ProgressBar } from '../../../src/cli/progress-bar.js';
import { Collector, noProcess } from '../../support/cli.js';

/** A bar, and what it says at its end: what is drawn between depends on the time. */
function setUp(terminal: boolean) {
  const stderr = new Collector(terminal);
  const { signal } = new AbortController();
  const io = { ...noProcess, stdout: new Collector(), stderr, env: {}, signal };
  const bar = new ProgressBar(new Output(io, { json: false, quiet: false }));
  const last = () => {
    bar.stop();
    return stderr.text.split('%').at(-1) ?? '';
  };
  return { bar, stderr, last };
}

describe('ProgressBar', () => {
  it('is nothing where there is no terminal', () => {
    const { bar, stderr } = setUp(false);
    bar.file(10).loaded(5);
    bar.stop();
    expect(stderr.text).toBe('');
  });

  it('adds up files and trees', () => {
    const { bar, last } = setUp(true);
    const small = bar.file(1_024);
    const unknown = bar.file(undefined);
    const tree = bar.part();
    small.loaded(512);
    small.loaded(1_024);
    small.done();
    unknown.loaded(2_048);
    tree({ loadedBytes: 1_024, totalBytes: 4_096, loadedFiles: 1, totalFiles: 3 });
    tree({ loadedBytes: 2_048, totalBytes: 5_120, loadedFiles: 2, totalFiles: 4 });
    const text = last();
    expect(text).toContain(' | 5 KiB of 8 KiB | 3 of 6 files | ');
    expect(text).toContain('still listing');
  });

  it('takes out what failed, and lets a file be larger than it was said to be', () => {
    const { bar, last } = setUp(true);
    const failed = bar.file(4_096);
    const grown = bar.file(1_024);
    failed.loaded(1_024);
    failed.dropped();
    grown.loaded(2_048);
    grown.done();
    bar.isListed = true;
    const text = last();
    expect(text).toContain(' | 3 KiB of 3 KiB | 1 of 1 files | ');
    expect(text).not.toContain('still listing');
  });
});

import { describe, expect, it } from 'vitest';
import { type Finding, ok } from '../../../../src/cli/doctor/finding.js';
import { report } from '../../../../src/cli/doctor/report.js';
import { Output } from '../../../../src/cli/output.js';
import { Collector, noProcess } from '../../../support/cli.js';

/** What is printed of a certificate whose name was chosen by somebody else. */
async function reported(subject: string, mode: { readonly json: boolean }): Promise<string> {
  const stdout = new Collector();
  const { signal } = new AbortController();
  const io = { ...noProcess, stdout, stderr: new Collector(), env: {}, signal };
  async function* findings(): AsyncGenerator<Finding> {
    yield ok('tls', { message: `certificate of ${subject}`, facts: { subject } });
  }
  await report(new Output(io, { ...mode, quiet: false }), findings());
  return stdout.text;
}

describe('a report', () => {
  const subject = 'evil\u009b2J\u0007 sig=abcdef';

  it.each([{ json: true }, { json: false }])(
    'has nothing that could steer a terminal, with %o',
    async (mode) => {
      const text = await reported(subject, mode);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find.
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      expect(text).toContain('evil');
      expect(text).not.toContain('abcdef');
    },
  );

  it('is one list for programs, with the names as they are', async () => {
    const [finding] = JSON.parse(await reported('evil\u009b2J', { json: true })) as Finding[];
    expect(finding).toMatchObject({ check: 'tls', facts: { subject: 'evil\u009b2J' } });
  });
});

import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Output, OutputClosedError, printable } from '../../../src/cli/output.js';
import { run } from '../../../src/cli/run.js';
import { startEmulator } from '../../../src/emulator/index.js';
import { Collector, noProcess } from '../../support/cli.js';

function outputTo(stdout: Collector | Writable, mode = { json: false, quiet: false }) {
  const stderr = new Collector();
  const controller = new AbortController();
  const io = { ...noProcess, stdout, stderr, env: {}, signal: controller.signal };
  return { output: new Output(io, mode), stderr, controller, io };
}

/** Its reader has gone, unless another code says what is wrong. */
class Closed extends Writable {
  readonly #code: string;

  constructor(code = 'EPIPE') {
    super();
    this.#code = code;
    this.on('error', () => {});
  }

  override _write(_chunk: unknown, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    done(Object.assign(new Error(`write ${this.#code}`), { code: this.#code }));
  }
}

/** Takes nothing and says nothing. */
class Stuck extends Writable {
  override _write(): void {}
}

describe('Output', () => {
  it('takes from names what could steer a terminal, and leaves data for programs as it is', async () => {
    const evil = 'a\u001b[2Jb\u0007';
    const [terminal, pipe] = [new Collector(true), new Collector()];
    await outputTo(terminal).output.lines([evil]);
    await outputTo(pipe).output.lines([evil]);
    expect(terminal.text).toBe('a?[2Jb?\n');
    expect(pipe.text).toBe(`${evil}\n`);
    expect(printable('tab\tand\nline stay')).toBe('tab\tand\nline stay');
  });

  it('writes nothing for an empty list', async () => {
    const stdout = new Collector();
    const { output } = outputTo(stdout);
    await output.lines([]);
    await output.values([]);
    expect(stdout.text).toBe('');
  });

  it('says when nobody reads any more', async () => {
    await expect(outputTo(new Closed()).output.lines(['x'])).rejects.toBeInstanceOf(OutputClosedError);
  });

  it('says what is wrong when a write fails although somebody reads', async () => {
    await expect(outputTo(new Closed('ENOSPC')).output.lines(['x'])).rejects.toMatchObject({
      code: 'ENOSPC',
    });
  });

  it('ends a write that nobody takes when it is interrupted', async () => {
    const { output, controller } = outputTo(new Stuck());
    const write = output.bytes('x');
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(write).rejects.toBe(reason);
    await expect(output.bytes('x')).rejects.toBe(reason);
  });

  it('keeps notes away with --quiet and --json, and warnings never', () => {
    for (const mode of [
      { json: true, quiet: false },
      { json: false, quiet: true },
    ]) {
      const { output, stderr } = outputTo(new Collector(), mode);
      output.note('note');
      output.say('said');
      output.warn('warning');
      expect(stderr.text).toBe('warning\n');
    }
  });

  it('redacts what people read', () => {
    const { output, stderr } = outputTo(new Collector());
    output.redactor.hide('topsecret');
    output.warn('key topsecret');
    output.note('https://a/b?sig=abc');
    expect(stderr.text).toBe('key ***\nhttps://a/b?sig=***\n');
  });

  it('has a terminal for a bar only where people look', () => {
    const stderr = new Collector(true);
    const { signal } = new AbortController();
    const io = { ...noProcess, stdout: new Collector(), stderr, env: {}, signal };
    expect(new Output(io, { json: false, quiet: false }).terminal).toBe(stderr);
    expect(new Output(io, { json: true, quiet: false }).terminal).toBeUndefined();
    expect(new Output(io, { json: false, quiet: true }).terminal).toBeUndefined();
    expect(outputTo(new Collector()).output.terminal).toBeUndefined();
  });
});

describe('run', () => {
  it('ends with its exit code when even the error cannot be written', async () => {
    const { io } = outputTo(new Closed());
    expect(await run(['ls', '--json', '--bogus'], io)).toBe(2);
  });

  it('tells people of a failure that standard output cannot take with --json', async () => {
    const { io, stderr } = outputTo(new Closed('ENOSPC'));
    expect(await run(['ls', '--json', '--bogus'], io)).toBe(2);
    expect(stderr.text).toContain('unknown flag --bogus');
  });

  it('fails when standard output is a full disk, and is done when its reader has gone', async () => {
    const emulator = await startEmulator({ filesPort: 0, shares: ['data'] });
    const env = { AZURE_STORAGE_CONNECTION_STRING: emulator.connectionString };
    try {
      const full = outputTo(new Closed('ENOSPC'));
      expect(await run(['ls'], { ...full.io, env })).toBe(1);
      expect(full.stderr.text).toContain('[ENOSPC]');
      expect(await run(['ls'], { ...outputTo(new Closed()).io, env })).toBe(0);
    } finally {
      await emulator.close();
    }
  });

  it('ends with 130 before it does anything when it was interrupted already', async () => {
    const { io, stderr, controller } = outputTo(new Collector());
    controller.abort();
    expect(await run(['mkdir', 'files://data/a'], io)).toBe(130);
    expect(stderr.text).toBe('azstore: interrupted\n');
  });

  it('tells of an interruption as of every failure with --json, without waiting for its reader', async () => {
    const stdout = new Collector();
    const { io, controller } = outputTo(stdout);
    controller.abort();
    expect(await run(['ls', '--json'], io)).toBe(130);
    expect(JSON.parse(stdout.text)).toEqual({
      error: { code: 'Interrupted', message: 'interrupted', exitCode: 130 },
    });
    expect(await run(['ls', '--json'], { ...outputTo(new Stuck()).io, signal: controller.signal })).toBe(130);
  });
});

import { describe, expect, it } from 'vitest';
import type { FromWatcher, RunMessage } from '../../../src/cli/locking/messages.js';
import { type CommandEvents, Watcher } from '../../../src/cli/locking/watcher.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';

const run: RunMessage = { kind: 'run', file: 'work', args: [], env: {}, waitFor: 'all' };

/** A watcher, and all that it did, in order. */
function watch() {
  const clock = new ManualClock();
  const done: string[] = [];
  const sent: FromWatcher[] = [];
  let events: CommandEvents | undefined;
  const watcher = new Watcher({
    clock,
    send(message) {
      sent.push(message);
      if (message.kind !== 'question') done.push(`send ${message.kind}`);
    },
    start({ file }, given) {
      events = given;
      done.push(`start ${file}`);
    },
    signalGroup: (name) => done.push(name),
    warn: (text) => done.push(text),
    exit: () => done.push('exit'),
  });
  const questions = () => sent.filter(({ kind }) => kind === 'question').length;
  return {
    clock,
    watcher,
    done,
    questions,
    get command(): CommandEvents {
      if (events === undefined) throw new Error('nothing was started');
      return events;
    },
    answer: (ms: number | null, question = questions()) => watcher.receive({ kind: 'left', question, ms }),
  };
}

/** The same with a command that runs under a lock that has this long yet. */
function running(ms: number | null = 30_000) {
  const setting = watch();
  setting.watcher.receive(run);
  setting.answer(ms);
  expect(setting.done.splice(0)).toEqual(['start work']);
  return setting;
}

const ending = ['SIGTERM', 'SIGCONT'];

describe('a watcher', () => {
  it('starts the command only when it knows how long the lock lasts', async () => {
    const { watcher, clock, done, questions, answer } = watch();
    watcher.receive(run);
    await clock.advance(10_000);
    expect({ done, questions: questions() }).toEqual({ done: [], questions: 1 });
    answer(0);
    expect(done).toEqual([]);
    await clock.advance(500);
    answer(15_000);
    expect(done).toEqual(['start work']);
  });

  it('starts nothing when the time was over before the answer came', async () => {
    const { watcher, clock, done, answer } = watch();
    watcher.receive(run);
    await clock.advance(15_000);
    answer(15_000);
    expect(done).toEqual([]);
  });

  it('asks every half second, once at a time', async () => {
    const { clock, questions, answer } = running();
    await clock.advance(500);
    expect(questions()).toBe(2);
    await clock.advance(5_000);
    expect(questions()).toBe(2);
    answer(30_000);
    await clock.advance(500);
    expect(questions()).toBe(3);
  });

  it('ends the command when the time is over, counted from before the question', async () => {
    const { clock, done, answer } = running(15_000);
    await clock.advance(4_000);
    // The answer to the question of half a second.
    answer(15_000);
    await clock.advance(11_499);
    expect(done).toEqual([]);
    await clock.advance(1);
    expect(done).toEqual([
      'send ending',
      expect.stringContaining('it gave no sign of life'),
      'SIGTERM',
      'SIGCONT',
    ]);
    await clock.advance(2_999);
    expect(done).not.toContain('SIGKILL');
    await clock.advance(1);
    expect(done.slice(-2)).toEqual(['SIGKILL', 'exit']);
  });

  it('takes the wall clock for it where that says more, as after a sleep of the machine', async () => {
    const { clock, done } = running(15_000);
    clock.setWallClock(clock.now() + 20_000);
    await clock.advance(500);
    expect(done).toContain('SIGTERM');
  });

  it('takes no answer to an older question', async () => {
    const { clock, done, answer } = running(15_000);
    await clock.advance(500);
    answer(60_000, 1);
    await clock.advance(15_000);
    expect(done).toContain('SIGTERM');
  });

  it('lets a command run on whose lock has no end', async () => {
    const { clock, done } = running(null);
    await clock.advance(10_000_000);
    expect(done).toEqual([]);
  });

  it('tells of the end of the command, and ends when nothing is left of it', () => {
    const { command, done } = running();
    command.ended(3, null);
    expect(done).toEqual(['send ended']);
    command.allEnded();
    expect(done).toEqual(['send ended', 'exit']);
  });

  it('tells that the command cannot be started', () => {
    const { command, done } = running();
    command.failed('ENOENT');
    expect(done).toEqual(['send failed', 'exit']);
  });

  it('passes signals on, those of before the start too', () => {
    const { watcher, done, answer } = watch();
    watcher.receive({ kind: 'signal', name: 'SIGINT' });
    watcher.receive(run);
    watcher.receive({ kind: 'signal', name: 'SIGTERM' });
    answer(15_000);
    watcher.receive({ kind: 'signal', name: 'SIGHUP' });
    expect(done).toEqual(['start work', 'SIGTERM', 'SIGHUP']);
  });

  it('ends what the command left at the next signal that is meant to end something', () => {
    const { watcher, command, done } = running();
    command.ended(0, null);
    watcher.receive({ kind: 'signal', name: 'SIGWINCH' });
    expect(done.splice(0)).toEqual(['send ended', 'SIGWINCH']);
    watcher.receive({ kind: 'signal', name: 'SIGINT' });
    expect(done.splice(0)).toEqual(ending);
    command.allEnded();
    expect(done).toEqual(['exit']);
  });

  it('ends the command at once when the lock is lost, and once only', () => {
    const { watcher, command, done } = running();
    watcher.receive({ kind: 'lost' });
    watcher.receive({ kind: 'lost' });
    expect(done.splice(0)).toEqual(ending);
    command.ended(null, 'SIGTERM');
    command.allEnded();
    expect(done).toEqual(['send ended', 'exit']);
  });

  it('gives all of the group its time when nobody else is there', async () => {
    const { watcher, clock, command, done } = running();
    watcher.disconnected();
    expect(done.splice(0)).toEqual([expect.stringContaining('it was killed'), ...ending]);
    command.ended(0, null);
    command.allEnded();
    await clock.advance(2_999);
    expect(done).toEqual(['send ended']);
    await clock.advance(1);
    expect(done).toEqual(['send ended', 'SIGKILL', 'exit']);
  });

  it('goes on alone when the other side dies after it told of the loss', async () => {
    const { watcher, clock, command, done } = running();
    watcher.receive({ kind: 'lost' });
    await clock.advance(1_000);
    watcher.disconnected();
    command.allEnded();
    expect(done.splice(0)).toEqual(ending);
    await clock.advance(2_000);
    expect(done).toEqual(['SIGKILL', 'exit']);
  });

  it.each(['before it is told what to run', 'before the command is started'])(
    'just ends when the other side dies %s',
    (when) => {
      const { watcher, done } = watch();
      if (when === 'before the command is started') watcher.receive(run);
      watcher.disconnected();
      watcher.receive(run);
      watcher.receive({ kind: 'lost' });
      expect(done).toEqual(['exit']);
    },
  );

  it('leaves no timer when it has ended', () => {
    const { clock, command } = running();
    command.allEnded();
    expect(clock.timerCount).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { patterned } from '../../support/patterned.js';
import { rejection } from '../../support/rejection.js';
import { WatchedController } from '../../support/watched-signal.js';
import { namesIn, setUp } from './streaming-setting.js';

const hour = 3_600_000;
const leftOver = (digit: number) => `.azstore-0000000${digit}-2fa1-11d2-883f-0016d3cca427.tmp`;
const leaseId = '1b4e28ba-2fa1-11d2-883f-0016d3cca427';

function shareWithLeftOvers() {
  const clock = new ManualClock();
  return { clock, ...setUp({ clock }) };
}

describe('sweep', () => {
  it('deletes temporary files to which nobody has written for the given time', async () => {
    const { clock, files, directories, streaming, ...rest } = shareWithLeftOvers();
    await directories.create({ path: 'd' });
    await files.write({ path: leftOver(1), data: patterned(10) });
    await files.write({ path: `d/${leftOver(2)}`, data: patterned(20) });
    await files.write({ path: 'd/a.tmp', data: patterned(1) });
    await files.write({ path: '.azstore-notes.tmp', data: patterned(1) });
    await files.create({ path: leftOver(3), size: 1 });
    await clock.advance(hour);
    // Somebody still writes to this one.
    await files.write({ path: leftOver(3), data: patterned(1), offset: 0 });
    await clock.advance(1);

    const report = await streaming.sweep({ olderThanMs: hour });

    expect(report).toEqual({
      paths: [leftOver(1), `d/${leftOver(2)}`],
      filesDeleted: 2,
      bytesDeleted: 30,
      filesKept: 1,
    });
    const setting = { ...rest, clock, files, directories, streaming };
    expect((await namesIn(setting)).sort()).toEqual([leftOver(3), '.azstore-notes.tmp', 'd'].sort());
    expect(await namesIn(setting, 'd')).toEqual(['a.tmp']);
  });

  it('waits a week unless it is told otherwise', async () => {
    const { clock, files, streaming } = shareWithLeftOvers();
    await files.create({ path: leftOver(1), size: 1 });
    await clock.advance(7 * 24 * hour - 1000);
    expect(await streaming.sweep()).toMatchObject({ filesDeleted: 0, filesKept: 1 });
    await clock.advance(1000);
    expect(await streaming.sweep()).toMatchObject({ filesDeleted: 1, filesKept: 0 });
  });

  it('deletes nothing in a dry run, and tells what it would', async () => {
    const { clock, files, streaming } = shareWithLeftOvers();
    await files.create({ path: leftOver(1), size: 5 });
    await clock.advance(hour);
    const report = await streaming.sweep({ olderThanMs: hour, dryRun: true });
    expect(report).toMatchObject({ paths: [leftOver(1)], filesDeleted: 1, bytesDeleted: 5 });
    expect(await files.exists({ path: leftOver(1) })).toBe(true);
  });

  it('breaks a lease that a temporary file still has', async () => {
    const { clock, files, leases, streaming } = shareWithLeftOvers();
    await files.create({ path: leftOver(1), size: 5 });
    await leases.acquire({ path: leftOver(1), durationSeconds: -1, proposedLeaseId: leaseId });
    await clock.advance(hour);
    expect(await streaming.sweep({ olderThanMs: hour })).toMatchObject({ filesDeleted: 1 });
    expect(await files.exists({ path: leftOver(1) })).toBe(false);
  });

  it('looks into one directory alone when it is told to', async () => {
    const { clock, files, directories, streaming } = shareWithLeftOvers();
    await directories.create({ path: 'd' });
    await directories.create({ path: 'd/e' });
    for (const path of [leftOver(1), `d/${leftOver(2)}`, `d/e/${leftOver(3)}`])
      await files.create({ path, size: 1 });
    await clock.advance(hour);
    const report = await streaming.sweep({ path: 'd', recursive: false, olderThanMs: hour });
    expect(report.paths).toEqual([`d/${leftOver(2)}`]);
    const below = await streaming.sweep({ path: 'd', olderThanMs: hour });
    expect(below.paths).toEqual([`d/e/${leftOver(3)}`]);
  });

  it('does not count what somebody finished or swept meanwhile', async () => {
    const { clock, files, streaming, transport } = shareWithLeftOvers();
    await files.create({ path: leftOver(1), size: 1 });
    await clock.advance(hour);
    transport.intercept = async (request, next) => {
      if (request.method !== 'HEAD') return next();
      transport.intercept = (_r, go) => go();
      await files.delete({ path: leftOver(1) });
      return next();
    };
    const report = await streaming.sweep({ olderThanMs: hour });
    expect(report).toEqual({ paths: [], filesDeleted: 0, bytesDeleted: 0, filesKept: 0 });
  });

  it.each([
    ['olderThanMs', { olderThanMs: 59_999 }],
    ['concurrency', { concurrency: 0 }],
    ['dryRun', { dryRun: 'yes' }],
    ['age', { age: 5 }],
  ])('refuses a wrong %s before anything is sent', async (name, request) => {
    const { streaming, transport } = shareWithLeftOvers();
    const error = await rejection<Error>(streaming.sweep(request as never));
    expect(error).toMatchObject({ name: 'ConfigurationError', message: expect.stringContaining(name) });
    expect(transport.sent).toEqual([]);
  });

  it('ends on abort with its reason, and leaves no listener', async () => {
    const { clock, files, streaming, transport } = shareWithLeftOvers();
    await files.create({ path: leftOver(1), size: 1 });
    await clock.advance(hour);
    const controller = new WatchedController();
    const reason = new Error('enough');
    transport.intercept = (request, next) => {
      if (request.method === 'HEAD') controller.abort(reason);
      return next();
    };
    const { signal } = controller;
    expect(await rejection(streaming.sweep({ olderThanMs: hour, signal }))).toBe(reason);
    expect(controller.listeners).toBe(0);
  });

  it('says when there is no such directory', async () => {
    const { streaming } = shareWithLeftOvers();
    expect(await rejection(streaming.sweep({ path: 'no' }))).toMatchObject({ code: 'DirectoryNotFound' });
  });
});

import type { TestContext } from 'vitest';

/** Does something when a test has ended. Where tests run at the same time it has to be that of the test's context. */
export type OnFinish = (fn: Parameters<TestContext['onTestFinished']>[0]) => void;

/** How many requests are generated: `AZSTORE_FUZZ_REQUESTS=1000000` for a long run. */
export const requestBudget = Number(process.env.AZSTORE_FUZZ_REQUESTS ?? 20_000);

/** Where generated cases begin; `AZSTORE_TEST_SEED` repeats a run. Stands in the message of every failure. */
export const fuzzSeed = Number(process.env.AZSTORE_TEST_SEED ?? Date.now() % 2 ** 31);

/** Whether somebody wants to see what a run did. */
export const isLongRun = process.env.AZSTORE_FUZZ_REQUESTS !== undefined;

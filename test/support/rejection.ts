/** The error that a promise rejects with; fails when it does not reject. */
export async function rejection<Expected = unknown>(promise: Promise<unknown>): Promise<Expected> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error as Expected;
  }
  throw new Error(`expected a rejection, but the promise gave ${String(value)}`);
}

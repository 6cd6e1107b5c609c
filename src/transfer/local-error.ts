/** Says of which file an error tells that came from an open one: those tell what failed, not where. */
export function namingFile(error: unknown, path: string): unknown {
  if (error instanceof Error && 'code' in error && !('path' in error)) {
    error.message += ` '${path}'`;
    Object.assign(error, { path });
  }
  return error;
}

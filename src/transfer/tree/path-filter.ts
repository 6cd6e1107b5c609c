import { compileGlob, type Glob } from './glob.js';

/** Which paths take part in a transfer. */
export interface PathPatterns {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/**
 * What is excluded takes no part at either side: it is neither transferred nor deleted. With `include`, files take part that it
 * matches, and what is in directories that it matches. Upper and lower case are the same, as they are in a share.
 */
export class PathFilter {
  readonly #include: readonly Glob[];
  readonly #exclude: readonly Glob[];
  readonly #fold: (name: string) => string;

  /** @throws {ConfigurationError} `InvalidRequest`. */
  constructor({ include, exclude }: PathPatterns, fold: (name: string) => string) {
    this.#include = include.map((pattern) => compileGlob(pattern, fold));
    this.#exclude = exclude.map((pattern) => compileGlob(pattern, fold));
    this.#fold = fold;
  }

  /** Whether only some files take part, so that directories are made for those alone. */
  get isSelective(): boolean {
    return this.#include.length > 0;
  }

  /** Whether something is left out, with all that it holds. */
  excludes(path: string, kind: 'file' | 'directory'): boolean {
    return this.#exclude.length > 0 && this.#any(this.#exclude, path, kind);
  }

  /** @param inIncluded - Whether it is in a directory that is included as a whole. */
  includes(path: string, kind: 'file' | 'directory', inIncluded: boolean): boolean {
    return inIncluded || this.#include.length === 0 || this.#any(this.#include, path, kind);
  }

  #any(globs: readonly Glob[], path: string, kind: 'file' | 'directory'): boolean {
    const folded = this.#fold(path);
    return globs.some((glob) => glob.matches(folded, kind));
  }
}

import type { Connections } from './connections.js';
import type { Flag, Flags } from './flags.js';
import type { Io } from './io.js';
import type { Output } from './output.js';

/** What a verb is given to do its work. */
export interface Invocation {
  /** Its arguments without the flags. */
  readonly args: readonly string[];
  /** What stands behind `--`, for a verb that runs a command; empty when nothing does. */
  readonly command: readonly string[];
  readonly flags: Flags;
  readonly output: Output;
  readonly connections: Connections;
  readonly io: Io;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
}

/** One verb of the command line. */
export interface Verb {
  /** One word, or two for a verb of a group: `lease acquire`. */
  readonly name: string;
  readonly about: string;
  /** In the form of the help: `<location>` must be there, `[location]` may, `<location...>` may be several. */
  readonly args: string;
  readonly flags: readonly Flag[];
  /** Whether it talks to a service, and so has the flags for that. */
  readonly connects: boolean;
  /** Whether a command stands behind `--`, which the verb runs. */
  readonly runsCommand?: boolean;
  /** Shown below the flags in the help. */
  readonly examples: readonly string[];
  /** Does it; whatever goes wrong is thrown. @returns the exit code where that is another one than 0. */
  run(invocation: Invocation): Promise<number> | Promise<void>;
}

/** The flags of every verb. */
export const outputFlags: readonly Flag[] = [
  { name: 'json', kind: 'switch', about: 'results and errors as JSON lines on standard output' },
  { name: 'quiet', short: 'q', kind: 'switch', about: 'say nothing to people but errors' },
];

/** The flags of every verb that talks to a service. */
export const connectionFlags: readonly Flag[] = [
  {
    name: 'connection-string',
    kind: 'text',
    placeholder: 'text',
    secret: true,
    about: 'the account, its key or SAS, and its endpoint in one',
  },
  { name: 'account-name', kind: 'text', placeholder: 'name', about: 'the storage account' },
  { name: 'account-key', kind: 'text', placeholder: 'base64', secret: true, about: 'its shared key' },
  { name: 'sas-token', kind: 'text', placeholder: 'query', secret: true, about: 'a shared access signature' },
  { name: 'endpoint', kind: 'text', placeholder: 'URL', about: 'another address of the File service' },
  { name: 'api-version', kind: 'text', placeholder: 'date', about: 'the x-ms-version to send' },
  {
    name: 'timeout',
    kind: 'integer',
    placeholder: 'seconds',
    min: 1,
    max: 86_400,
    about: 'limit of one attempt of one request',
  },
];

/** All flags that a verb understands; its own come before those that every verb has. */
export function flagsOf(verb: Verb): readonly Flag[] {
  const common = [...(verb.connects ? connectionFlags : []), ...outputFlags];
  return [...verb.flags, ...common.filter(({ name }) => verb.flags.every((flag) => flag.name !== name))];
}

import { describe, expect, it } from 'vitest';
import { ShareRequests } from '../support/share-requests.js';
import { fileFacts } from './recorded/file-facts.js';
import { moveFacts } from './recorded/move-facts.js';
import { onAll } from './recorded/vocabulary.js';

/*
 * Facts taken from recorded answers of the real service (2019 to 2024), beyond what the replayed recordings hold:
 * status, error code, which headers an answer has, and values that do not depend on the time. The requests are those
 * of the recordings; names are our own.
 */

describe('what the service was seen to answer', () => {
  it.each([...fileFacts, ...moveFacts])('%s', async (_name, version, facts) => {
    const requests = new ShareRequests(version);
    const answers: Awaited<ReturnType<typeof requests.send>>[] = [];
    let snapshot = '';
    for (const { send, ...fact } of facts) {
      const [method, target, headers = {}, body] = send;
      const at = target.replace('{snapshot}', encodeURIComponent(snapshot));
      const answer = await requests.send({
        method,
        target: at,
        headers,
        ...(body !== undefined && { body }),
      });
      const where = `answer ${answers.length}, to ${method} ${target}`;
      answers.push(answer);
      snapshot = answer.headers.get('x-ms-snapshot') ?? snapshot;
      expect([answer.status, answer.code], where).toEqual([fact.status, fact.code]);
      const names = [...answer.headers]
        .map(([name]) => name.toLowerCase())
        .filter((name) => !onAll.includes(name));
      if (fact.names !== undefined) expect(names.toSorted(), where).toEqual([...fact.names].sort());
      for (const [name, value] of Object.entries(fact.values ?? {}))
        expect(answer.headers.get(name), `${where}: ${name}`).toBe(value);
      for (const [name, index] of Object.entries(fact.same ?? {}))
        expect(answer.headers.get(name), `${where}: ${name}`).toBe(answers[index]?.headers.get(name));
      if (fact.body !== undefined)
        expect(answer.text.replace(/^\ufeff<\?xml[^>]*\?>/, ''), where).toBe(fact.body);
      await requests.clock.advance(70);
    }
    expect(requests.failures).toEqual([]);
  });
});

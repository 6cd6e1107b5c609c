import { checkRequest, type FieldRules } from './request-fields.js';

/** A method of a service: what it is given is checked before anything else, and refused by a rejection. */
export function method<Request, Result, Rest extends readonly unknown[] = []>(
  rules: FieldRules,
  call: (request: Request, ...rest: Rest) => Promise<Result>,
): (request: Request, ...rest: Rest) => Promise<Result> {
  return (request, ...rest) => {
    try {
      checkRequest(request, rules);
    } catch (error) {
      return Promise.reject(error);
    }
    return call(request, ...rest);
  };
}

/** The same for a method that gives an iterable; what is wrong is thrown at once. */
export function iterating<Request, Result>(
  rules: FieldRules,
  call: (request: Request) => Result,
): (request: Request) => Result {
  return (request) => {
    checkRequest(request, rules);
    return call(request);
  };
}

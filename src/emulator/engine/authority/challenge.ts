/** Where a client without credentials learns how to get a token. @see RFC 6750; the pairs are not quoted. */
export const challenge: Readonly<Record<string, string>> = Object.freeze({
  'WWW-Authenticate':
    'Bearer authorization_uri=https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/oauth2/authorize resource_id=https://storage.azure.com',
});

/** The first version whose refusals carry a challenge. */
export const challengeSince = '2022-11-02';

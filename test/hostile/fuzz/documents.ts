import { descriptor, otherDescriptor } from '../../support/security-descriptors.js';
import type { Chance } from './chance.js';
import { anyCharacter } from './pools.js';

/** Documents that requests carry, well-formed as a start. */
const documents: Readonly<Record<string, readonly string[]>> = {
  SetShareACL: [
    '<SignedIdentifiers><SignedIdentifier><Id>p1</Id><AccessPolicy><Start>2024-01-01</Start><Expiry>2030-01-01T00:00:00Z</Expiry><Permission>rw</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>',
    '\ufeff<?xml version="1.0" encoding="utf-8"?><SignedIdentifiers><SignedIdentifier><Id>&lt;&#x41;"\'</Id></SignedIdentifier></SignedIdentifiers>',
    '<SignedIdentifiers />',
  ],
  SetFileServiceProperties: [
    '<StorageServiceProperties><HourMetrics><Version>1.0</Version><Enabled>true</Enabled><IncludeAPIs>true</IncludeAPIs><RetentionPolicy><Enabled>true</Enabled><Days>7</Days></RetentionPolicy></HourMetrics></StorageServiceProperties>',
    '<StorageServiceProperties><Cors><CorsRule><AllowedOrigins>https://a.example,https://*.a.example</AllowedOrigins><AllowedMethods>PUT,GET</AllowedMethods><AllowedHeaders>x-ms-*</AllowedHeaders><ExposedHeaders>x-ms-*</ExposedHeaders><MaxAgeInSeconds>5</MaxAgeInSeconds></CorsRule></Cors></StorageServiceProperties>',
    '<StorageServiceProperties><Cors /></StorageServiceProperties>',
    '<StorageServiceProperties><ProtocolSettings><SMB><Multichannel><Enabled>false</Enabled></Multichannel></SMB></ProtocolSettings></StorageServiceProperties>',
  ],
  CreatePermission: [
    JSON.stringify({ permission: descriptor }),
    JSON.stringify({ permission: otherDescriptor, format: 'sddl' }),
    '{"__proto__":{"permission":"x"}}',
    '{"permission":{"toString":1}}',
    '[]',
    'null',
  ],
};

/** Documents that want to be more than they are. */
const hostileDocuments = [
  '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><SignedIdentifiers>&c;</SignedIdentifiers>',
  '<!DOCTYPE a SYSTEM "file:///etc/passwd"><StorageServiceProperties>&a;</StorageServiceProperties>',
  `${'<SignedIdentifiers>'.repeat(500)}${'</SignedIdentifiers>'.repeat(500)}`,
  `<SignedIdentifiers ${'a="b" '.repeat(2000)}/>`,
  `<SignedIdentifiers a="${'x'.repeat(30_000)}" />`,
  `<SignedIdentifiers>${'<SignedIdentifier/>'.repeat(2000)}</SignedIdentifiers>`,
  `<StorageServiceProperties>${'&#x26;'.repeat(5000)}</StorageServiceProperties>`,
  '<__proto__><constructor>x</constructor></__proto__>',
  '<SignedIdentifiers><SignedIdentifier><Id>\ufffe</Id></SignedIdentifier></SignedIdentifiers>',
  `{"permission":${'['.repeat(5000)}`,
  `<![CDATA[${'x'.repeat(1000)}`,
];

/** The body of an operation; `undefined` where it has none. */
export function bodyFor(operation: string, chance: Chance): Uint8Array | undefined {
  const own = documents[operation];
  if (own === undefined) return undefined;
  if (chance.once(12)) return Buffer.from(chance.one(hostileDocuments));
  const document = chance.one(own);
  return Buffer.from(chance.once(4) ? chance.damaged(document, () => anyCharacter(chance)) : document);
}

/** Bytes of a body that nobody asked for. */
export function strayBody(chance: Chance): Uint8Array {
  return Buffer.alloc(chance.below(chance.once(20) ? 70_000 : 700), chance.below(256));
}

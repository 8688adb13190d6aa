import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StoredRecord } from "../../src/backend.ts";
import * as nodeCrypto from "../../src/sealing/crypto-node.ts";
import * as webCrypto from "../../src/sealing/crypto-web.ts";
import { asBytes, asText } from "../../src/sealing/encoding.ts";
import type { Encoding } from "../../src/sealing/encoding.ts";
import { createKey } from "../../src/sealing/keyring.ts";
import type { Key, RecordContent } from "../../src/sealing/keyring.ts";
import { STRING_FIELDS } from "../../src/token.ts";
import { knownAnswerSuite } from "./known-answers.ts";
import type { CryptoModule } from "./known-answers.ts";

knownAnswerSuite("node:crypto", nodeCrypto);
knownAnswerSuite("WebCrypto on Node", webCrypto);

async function keyOf({ hkdf, hmac, aesGcm }: CryptoModule, secret: string, encoding: Encoding): Promise<Key> {
  const input = new TextEncoder().encode(secret);
  const info = new TextEncoder().encode("test");
  return createKey({
    hmac: await hmac(await hkdf(input, info)),
    cipher: await aesGcm(await hkdf(input, info)),
    namespace: "tokens",
    encoding,
  });
}

/** Any string there is, lone surrogates too. */
const anyText = fc.string({ unit: "binary", minLength: 1, maxLength: 60 });

const anyContent: fc.Arbitrary<RecordContent> = fc
  .record({ ...Object.fromEntries(STRING_FIELDS.map((field) => [field, anyText])), expiresAt: fc.nat() }, { requiredKeys: [] })
  .chain((fields) =>
    fc.record({
      token: fc
        .record({ id: anyText, createdAt: fc.nat(), updatedAt: fc.nat(), version: fc.integer({ min: 1, max: 1e6 }) })
        .map((rest) => ({ ...fields, ...rest })),
      derived: fc.boolean(),
      tick: fc.nat({ max: 1000 }),
    }),
  );

const anyHeader = fc.record({
  key: fc.stringMatching(/^[0-9a-f]{32}$/),
  index: fc.record({ user: anyText, access: anyText }, { requiredKeys: [] }),
});

describe("HMAC", () => {
  it("of hashes in one call is that of the platform's own object, for any message and key", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.string({ unit: "binary", maxLength: 300 }), (key, message) => {
        expect(nodeCrypto.hmac(key)(message)).toBe(createHmac("sha256", key).update(message).digest("hex"));
      }),
    );
  });
});

describe("sealing", () => {
  const directions: [string, CryptoModule, CryptoModule][] = [
    ["node:crypto", nodeCrypto, nodeCrypto],
    ["WebCrypto", webCrypto, webCrypto],
    ["node:crypto, opened by WebCrypto", nodeCrypto, webCrypto],
    ["WebCrypto, opened by node:crypto", webCrypto, nodeCrypto],
  ];
  it.each(directions)("any token under any secret opens as it was: by %s", async (_name, sealing, opening) => {
    await fc.assert(
      fc.asyncProperty(anyText, anyHeader, anyContent, fc.constantFrom(asText, asBytes), async (secret, parts, content, encoding) => {
        const [sealer, opener] = await Promise.all([keyOf(sealing, secret, encoding), keyOf(opening, secret, encoding)]);
        expect(opener.id).toBe(sealer.id);
        const header = { ...parts, version: content.token.version, keyId: sealer.id };
        const body = await sealer.seal(header, content);
        const kept = encoding === asText ? JSON.parse(JSON.stringify(body)) : structuredClone(body);
        expect(await opener.open({ ...header, body: kept })).toEqual(content);
      }),
      { numRuns: 100 },
    );
  });

  it.each([0, 1, 2])("takes sealed text in the one spelling that was written: %i characters more", async (more) => {
    const key = await keyOf(nodeCrypto, "secret", asText);
    const content = { token: { id: "1", scope: `s${"x".repeat(more)}`, createdAt: 0, updatedAt: 0, version: 1 }, derived: true, tick: 0 };
    const header = { key: "00", version: 1, keyId: key.id, index: {} };
    const body = (await key.seal(header, content)) as { sealed: string };
    const opens = async (sealed: string): Promise<boolean> => (await key.open({ ...header, body: { ...body, sealed } })) !== undefined;
    expect(await opens(body.sealed)).toBe(true);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const others = Array.from(alphabet, (last) => body.sealed.slice(0, -1) + last).filter((sealed) => sealed !== body.sealed);
    const respelled = ["=", "==", " ", "\n", ".", "é"].map((stray) => body.sealed + stray);
    for (const sealed of [...others, ...respelled, ` ${body.sealed}`, body.sealed.slice(0, -1)]) expect(await opens(sealed)).toBe(false);
  });

  it("opens under no other secret, key, version, index, key id or namespace", async () => {
    const key = await keyOf(nodeCrypto, "secret", asText);
    const content = { token: { id: "1", accessToken: "a", createdAt: 0, updatedAt: 0, version: 3 }, derived: true, tick: 0 };
    const header = { key: "00", version: 3, keyId: key.id, index: { user: "aa" } };
    const record: StoredRecord = { ...header, body: await key.seal(header, content) };
    expect(await key.open(record)).toEqual(content);
    const other = await keyOf(nodeCrypto, "another", asText);
    expect(await other.open({ ...record, keyId: other.id })).toBeUndefined();
    for (const change of [
      { key: "01" },
      { version: 4 },
      { index: {} },
      { index: { user: "ab" } },
      { index: { account: "aa" } },
      { keyId: other.id },
    ]) {
      expect(await key.open({ ...record, ...change })).toBeUndefined();
    }
    const hmac = nodeCrypto.hmac(new Uint8Array(32));
    const cipher = nodeCrypto.aesGcm(new Uint8Array(32));
    const [here, there] = await Promise.all(["a", "b"].map((namespace) => createKey({ hmac, cipher, namespace, encoding: asText })));
    const body = await here!.seal(header, content);
    expect(await here!.open({ ...header, body })).toEqual(content);
    expect(await there!.open({ ...header, body })).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import type { Cipher, Hmac } from "../../src/sealing/primitives.ts";

type Maybe<Value> = Value | Promise<Value>;

/** What `#crypto` must be, on every platform. */
export interface CryptoModule {
  hkdf(input: Uint8Array, info: Uint8Array): Maybe<Uint8Array>;
  hmac(key: Uint8Array): Maybe<Hmac>;
  aesGcm(key: Uint8Array): Maybe<Cipher>;
  toBase64Url(bytes: Uint8Array): string;
  fromBase64Url(text: string): Uint8Array | undefined;
}

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hex = (value: Uint8Array | undefined): string | undefined =>
  value && Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** RFC 4231 sections 4.2, 4.3 and 4.7. */
const HMAC_VECTORS: [string, string, string][] = [
  ["0b".repeat(20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
  ["4a656665", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
  [
    "aa".repeat(131),
    "Test Using Larger Than Block-Size Key - Hash Key First",
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  ],
];

const KEY = "feffe9928665731c6d6a8f9467308308".repeat(2);
const PLAIN =
  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";
const SEALED =
  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad";

/** McGrew and Viega, The Galois/Counter Mode of Operation, test cases 13 to 16, which NIST SP 800-38D refers to. */
const GCM_VECTORS: { name: string; key: string; iv: string; data: string; plain: string; sealed: string; tag: string }[] = [
  { name: "13", key: "00".repeat(32), iv: "00".repeat(12), data: "", plain: "", sealed: "", tag: "530f8afbc74536b9a963b4f1c4cb738b" },
  {
    name: "14",
    key: "00".repeat(32),
    iv: "00".repeat(12),
    data: "",
    plain: "00".repeat(16),
    sealed: "cea7403d4d606b6e074ec5d3baf39d18",
    tag: "d0d1c8a799996bf0265b98b5d48ab919",
  },
  { name: "15", key: KEY, iv: "cafebabefacedbaddecaf888", data: "", plain: PLAIN, sealed: SEALED, tag: "b094dac5d93471bdec1a502270e3cc6c" },
  {
    name: "16",
    key: KEY,
    iv: "cafebabefacedbaddecaf888",
    data: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
    plain: PLAIN.slice(0, 120),
    sealed: SEALED.slice(0, 120),
    tag: "76fc6ece0f4e1768cddf8853bb2d551b",
  },
];

/** RFC 4648 section 5 without padding: the bits that the last character has too many are 0. */
const AS_WRITTEN = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$/;

/** The same answers from every implementation, on every platform that it runs on. */
export function knownAnswerSuite(name: string, module: CryptoModule): void {
  describe(`the primitives by ${name}`, () => {
    it("derive what RFC 5869, test case 3, says", async () => {
      const output = await module.hkdf(bytes("0b".repeat(22)), new Uint8Array());
      expect(hex(output)).toBe("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
    });

    it("derive other keys for other uses", async () => {
      const [one, other] = await Promise.all(
        ["digest", "seal"].map((info) => module.hkdf(bytes("0b".repeat(22)), new TextEncoder().encode(info))),
      );
      expect(hex(one)).not.toBe(hex(other));
    });

    it.each(HMAC_VECTORS)("authenticate as RFC 4231 says: %s, %s", async (key, message, tag) => {
      expect(await (await module.hmac(bytes(key)))(message)).toBe(tag);
    });

    it.each(GCM_VECTORS)("open what AES-256-GCM test case $name sealed", async ({ key, iv, data, plain, sealed, tag }) => {
      const cipher = await module.aesGcm(bytes(key));
      expect(hex(await cipher.open(bytes(iv + sealed + tag), bytes(data)))).toBe(plain);
      expect(await cipher.open(bytes(iv + sealed + tag), bytes(`${data}00`))).toBeUndefined();
      expect(await cipher.open(bytes(iv + sealed + tag.replace(/^../, "00")), bytes(data))).toBeUndefined();
    });

    it("refuse what is too short to be sealed", async () => {
      const cipher = await module.aesGcm(bytes(KEY));
      for (const length of [0, 1, 12, 27]) expect(await cipher.open(new Uint8Array(length), new Uint8Array())).toBeUndefined();
    });

    it("seal the same text with another IV each time", async () => {
      const cipher = await module.aesGcm(bytes(KEY));
      const sealed = await Promise.all(Array.from({ length: 200 }, () => cipher.seal(bytes(PLAIN), bytes(KEY))));
      expect(new Set(sealed.map((one) => hex(one.subarray(0, 12)))).size).toBe(200);
      for (const one of sealed) expect(hex(await cipher.open(one, bytes(KEY)))).toBe(PLAIN);
    });

    it("write base64url, and read back every length", () => {
      expect(module.toBase64Url(bytes("fbff3e"))).toBe("-_8-");
      for (let length = 0; length < 70; length++) {
        const value = Uint8Array.from({ length }, (_, index) => (index * 37 + length) % 256);
        const text = module.toBase64Url(value);
        expect(text).toMatch(/^[A-Za-z0-9_-]*$/);
        expect(hex(module.fromBase64Url(text))).toBe(hex(value));
      }
    });

    it("read base64url of any size", () => {
      const large = "AAAA".repeat(3 * 2 ** 20);
      expect(module.fromBase64Url(large)).toHaveLength(9 * 2 ** 20);
      expect(module.fromBase64Url(`${large}AB`)).toBeUndefined();
      expect(module.fromBase64Url(`${large.slice(0, -1)}=`)).toBeUndefined();
    });

    it("read base64url in the one spelling that is written", () => {
      for (const text of [
        "A",
        "AAAAA",
        "AB",
        "AAB",
        "AA==",
        "AA=",
        "AAA=",
        "+/8-",
        "-_8+",
        "-_8/",
        " AAAA",
        "AAAA\n",
        "AA AA",
        "AAA\0",
        "AAÄA",
        "AAAB\u{1F511}",
      ]) {
        expect(module.fromBase64Url(text), JSON.stringify(text)).toBeUndefined();
      }
      const whole = module.toBase64Url(Uint8Array.from({ length: 25 }, (_, index) => index * 11));
      for (let position = 0; position < whole.length; position++) {
        for (const character of ["", "A", "B", "-", "_", "+", "/", "=", " ", "\n", "é", "--", "AB"]) {
          const text = whole.slice(0, position) + character + whole.slice(position + 1);
          const read = module.fromBase64Url(text);
          expect(read !== undefined, JSON.stringify(text)).toBe(AS_WRITTEN.test(text));
          if (read) expect(module.toBase64Url(read)).toBe(text);
        }
      }
    });
  });
}

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { findLeaks } from "../src/testing/leak-scan.ts";

const SECRET = "1000.marked-refresh-token.0123456789";
const NOISE = Buffer.from("some other bytes … ");

describe("the leak scan finds a secret", () => {
  it.each<[string, Buffer]>([
    ["as it is", Buffer.from(SECRET)],
    ["in JSON", Buffer.from(JSON.stringify({ token: SECRET }))],
    ["cut down to twelve characters", Buffer.from(SECRET.slice(7, 19))],
    ["in UTF-16LE", Buffer.from(SECRET, "utf16le")],
    ["in UTF-16LE at an odd offset", Buffer.concat([Buffer.from("x"), Buffer.from(SECRET, "utf16le")])],
    ["in UTF-16BE", Buffer.from(SECRET, "utf16le").swap16()],
    ["in base64", Buffer.from(Buffer.from(SECRET).toString("base64"))],
    ["in base64 after one byte more", Buffer.from(Buffer.from(`x${SECRET}`).toString("base64"))],
    ["in base64 after two bytes more", Buffer.from(Buffer.from(`xy${SECRET}`).toString("base64"))],
    ["in base64url, run together with something", Buffer.from(`key_${Buffer.from(SECRET).toString("base64url")}`)],
    ["in hex", Buffer.from(Buffer.from(SECRET).toString("hex"))],
    ["in upper-case hex after half a byte", Buffer.from(`0${Buffer.from(SECRET).toString("hex").toUpperCase()}`)],
    ["percent-encoded", Buffer.from(Array.from(Buffer.from(SECRET), (byte) => `%${byte.toString(16)}`).join(""))],
  ])("%s", (_name, bytes) => {
    expect(findLeaks([NOISE, bytes], [SECRET])).not.toEqual([]);
    // Odd offsets matter to UTF-16 alone, which is searched at both.
    expect(findLeaks([Buffer.concat([NOISE, bytes])], [SECRET])).not.toEqual([]);
  });

  it("that is not ASCII, in UTF-8 and in UTF-16", () => {
    const name = "Åsa Öström-Çelik, 東京都";
    for (const encoding of ["utf8", "utf16le"] as const) expect(findLeaks([Buffer.from(name, encoding)], [name])).not.toEqual([]);
  });

  it("among thousands of others, by any one of its pieces, in every encoding and at every place of the noise", () => {
    const values = Array.from({ length: 2000 }, (_, number) => createHash("sha256").update(`value ${number}`).digest("base64url"));
    const noise = createHash("sha512").update("noise").digest();
    for (let number = 0; number < 2000; number += 31) {
      const start = number % (values[number]!.length - 11);
      const piece = Buffer.from(values[number]!.slice(start, start + 12));
      const encoded = [
        piece,
        Buffer.from(piece.toString(), "utf16le"),
        Buffer.from(piece.toString(), "utf16le").swap16(),
        Buffer.from(piece.toString("base64")),
        Buffer.from(Buffer.concat([noise.subarray(0, number % 3), piece, noise.subarray(0, 3)]).toString("base64url")),
        Buffer.from(piece.toString("hex")),
      ];
      const at = number % noise.length;
      const dump = encoded.map((bytes) => Buffer.concat([noise.subarray(0, at), bytes, noise.subarray(at)]));
      for (const bytes of dump) expect(findLeaks([bytes], values.slice(number, number + 50))).toContain(piece.toString());
    }
  });

  it("and none where there is none", () => {
    expect(findLeaks([new Uint8Array(), Uint8Array.of(0)], [SECRET])).toEqual([]);
    expect(findLeaks([NOISE, Buffer.from(SECRET.slice(0, 11)), Buffer.from("a".repeat(1000))], [SECRET])).toEqual([]);
  });
});

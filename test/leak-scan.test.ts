import { describe, expect, it } from "vitest";
import { findLeaks } from "./support/leak-scan.ts";

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

  it("and none where there is none", () => {
    expect(findLeaks([NOISE, Buffer.from(SECRET.slice(0, 11)), Buffer.from("a".repeat(1000))], [SECRET])).toEqual([]);
  });
});

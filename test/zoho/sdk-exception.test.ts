import { expect, it } from "vitest";
import { ConflictError } from "../../src/index.ts";
import { orSdkException } from "../../src/zoho/sdk-exception.ts";

class SDKException {
  readonly code: string;
  readonly message: string;
  constructor(code: string, message: string) {
    this.code = code;
    this.message = message;
  }
}

it("the SDK's own exception passes as it is", async () => {
  const own = new SDKException("OTHER", "from below");
  await expect(orSdkException(SDKException, "It failed", () => Promise.reject(own as unknown as Error))).rejects.toBe(own);
});

it.each<[unknown, object]>([
  [new ConflictError("Somebody was faster."), { message: "It failed: Somebody was faster.", cause: expect.any(ConflictError) }],
  [new Error("a token"), { message: "It failed", cause: expect.objectContaining({ message: "Error" }) }],
  ["a token", { message: "It failed", cause: expect.objectContaining({ message: "a thrown string" }) }],
])("whatever else fails becomes one, which says no more than may be said", async (error, expected) => {
  const outcome = orSdkException(SDKException, "It failed", async () => {
    throw error;
  });
  await expect(outcome).rejects.toMatchObject({ code: "TOKEN_STORE", details: null, ...expected });
});

import { redactToken } from "edge-token-store";
import type { StoredToken } from "edge-token-store";
import type { JSX, TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import { faultText } from "../fault.ts";
import { codeText } from "./code-text.ts";
import { lookUp, SEARCH_FIELDS, STORED_LOOK_UPS, storedQuery } from "./look-up.ts";
import type { LookUp, StoredLookUp } from "./look-up.ts";
import { TokenFields } from "./token-fields.tsx";

export function Finder({ token }: { token: StoredToken | null }): JSX.Element {
  const [result, setResult] = useState<LookUp | string>();
  const find = (query: LookUp["query"]): void => {
    lookUp(query).then(setResult, (error: unknown) => setResult(faultText(error)));
  };
  const findStored = (by: StoredLookUp): void => {
    if (!token) return setResult("The store holds no token, so there is no stored value to look up by. Log in first.");
    const query = storedQuery(token, by);
    if (query) return find(query);
    setResult(`${by.label}: absent. Zoho hands a browser an access token only, never a grant or refresh token.`);
  };
  const search = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const { field, value } = Object.fromEntries(new FormData(event.currentTarget)) as { field: string; value: string };
    find({ [field]: value });
  };
  return (
    <section aria-labelledby="finder">
      <h3 id="finder">Find a token</h3>
      <p class="hint">By any field. Each has an index of digests, so the store never searches through its records.</p>
      <div class="chips" role="group" aria-label="By what is stored">
        {STORED_LOOK_UPS.map((one) => (
          <button key={one.label} type="button" onClick={() => findStored(one)}>
            {one.label}
          </button>
        ))}
      </div>
      <form class="search" onSubmit={search}>
        <label>
          Field
          <select name="field">
            {SEARCH_FIELDS.map((field) => (
              <option key={field}>{field}</option>
            ))}
          </select>
        </label>
        <label>
          Value
          <input name="value" autocomplete="off" spellcheck={false} placeholder="any text, compared exactly" />
        </label>
        <button type="submit">Find</button>
      </form>
      <div class="result" role="status" aria-label="Result">
        {typeof result === "string" ? <p>{result}</p> : result && <LookUpView {...result} />}
      </div>
    </section>
  );
}

function LookUpView({ query, steps, found, milliseconds }: LookUp): JSX.Element {
  return (
    <>
      <p>
        <code>findToken({codeText(redactToken(query))})</code>
      </p>
      <p>
        <b data-found={found !== null}>{found ? "Found" : "Nothing found"}</b> in {milliseconds.toFixed(1)} ms,{" "}
        {steps.length > 0 ? `looking by ${steps.join(", else by ")}.` : "without looking: no rule finds a token by this field alone."}
      </p>
      {found && <TokenFields redacted={redactToken(found)} />}
    </>
  );
}

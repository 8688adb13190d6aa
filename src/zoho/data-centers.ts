import { OptionInvalidError } from "../errors.ts";
import { parseUrl } from "../oauth/endpoint.ts";

/**
 * Zoho's data centres: the `location` of a redirect, the server that logs in and the domain of the APIs.
 * https://www.zoho.com/accounts/protocol/oauth/multi-dc.html and https://www.bigin.com/developer/docs/apis/multi-dc.html
 */
const DATA_CENTERS = {
  us: { accounts: "https://accounts.zoho.com", api: "zohoapis.com" },
  eu: { accounts: "https://accounts.zoho.eu", api: "zohoapis.eu" },
  in: { accounts: "https://accounts.zoho.in", api: "zohoapis.in" },
  au: { accounts: "https://accounts.zoho.com.au", api: "zohoapis.com.au" },
  jp: { accounts: "https://accounts.zoho.jp", api: "zohoapis.jp" },
  cn: { accounts: "https://accounts.zoho.com.cn", api: "zohoapis.com.cn" },
  ca: { accounts: "https://accounts.zohocloud.ca", api: "zohoapis.ca" },
  sa: { accounts: "https://accounts.zoho.sa", api: "zohoapis.sa" },
  uk: { accounts: "https://accounts.zoho.uk", api: "zohoapis.uk" },
} as const;

/** The `location` of one of Zoho's data centres. */
export type ZohoDataCenter = keyof typeof DATA_CENTERS;

const ENTRIES = Object.entries(DATA_CENTERS);

/** @throws {OptionInvalidError} where Zoho has no such data centre */
export function accountsServerOf(dataCenter: unknown): string {
  const entry = ENTRIES.find(([name]) => name === dataCenter);
  if (entry) return entry[1].accounts;
  throw new OptionInvalidError(`The data centre must be one of ${ENTRIES.map(([name]) => name).join(", ")}.`);
}

export function isAccountsServer(origin: string): boolean {
  return ENTRIES.some(([, { accounts }]) => accounts === origin);
}

/** The accounts server for an API domain such as `https://www.zohoapis.eu` or `https://sandbox.zohoapis.eu`. */
export function accountsServerForApi(apiDomain: string | undefined): string | undefined {
  const host = parseUrl(apiDomain)?.hostname;
  return ENTRIES.find(([, { api }]) => host?.endsWith(`.${api}`))?.[1].accounts;
}

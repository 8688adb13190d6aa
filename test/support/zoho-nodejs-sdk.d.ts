/** Zoho's nodejs SDK has no types of its own: what the tests need of it. */
declare module "@zohocrm/nodejs-sdk-8.0" {
  export class UserSignature {
    constructor(name: string);
    getName(): string;
  }
  export class OAuthToken {
    getId(): string | null;
    setId(id: string): void;
    getUserSignature(): UserSignature | null;
    setUserSignature(userSignature: UserSignature): void;
    getClientId(): string | null;
    setClientId(clientId: string): void;
    getClientSecret(): string | null;
    setClientSecret(clientSecret: string): void;
    getRedirectURL(): string | null;
    setRedirectURL(redirectUrl: string): void;
    getGrantToken(): string | null;
    setGrantToken(grantToken: string): void;
    getRefreshToken(): string | null;
    setRefreshToken(refreshToken: string): void;
    getAccessToken(): string | null;
    setAccessToken(accessToken: string): void;
    getExpiresIn(): string | null;
    setExpiresIn(expiresIn: string): void;
    getAPIDomain(): string | null;
    setAPIDomain(apiDomain: string): void;
    remove(): Promise<boolean>;
    revoke(id: string): Promise<boolean>;
  }
  export class OAuthBuilder {
    id(id: string): this;
    clientId(clientId: string): this;
    clientSecret(clientSecret: string): this;
    grantToken(grantToken: string): this;
    refreshToken(refreshToken: string): this;
    accessToken(accessToken: string): this;
    userSignature(userSignature: UserSignature): this;
    findUser(findUser: boolean): this;
    build(): OAuthToken;
  }
  export class SDKException extends Error {
    constructor(code: string | null, message: string | null, details?: object | null, cause?: Error | null);
    code: string;
  }
  export const TokenStore: { MasterModel: new () => object };
  export class Environment {
    constructor(url: string, accountsUrl: string, fileUploadUrl: string);
    getUrl(): string;
  }
  export class InitializeBuilder {
    environment(environment: Environment): this;
    token(token: OAuthToken): this;
    store(store: object): this;
    resourcePath(path: string): this;
    initialize(): Promise<void>;
    switchUser(): Promise<void>;
  }
  export class Initializer {
    static LOCAL: Map<string, Initializer>;
    static initializer: Initializer | undefined;
    static getInitializer(): Promise<Initializer>;
    getToken(): OAuthToken;
  }
  export const Org: { OrgOperations: new () => { getOrganization(): Promise<{ getStatusCode(): number }> } };
}

declare module "@zohocrm/nodejs-sdk-7.0" {
  export * from "@zohocrm/nodejs-sdk-8.0";
}

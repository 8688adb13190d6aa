import * as webCrypto from "../../src/sealing/crypto-web.ts";
import { knownAnswerSuite } from "../sealing/known-answers.ts";

knownAnswerSuite("WebCrypto in a page", webCrypto);

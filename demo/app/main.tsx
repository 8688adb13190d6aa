import { render } from "preact";
import { App } from "./app.tsx";
import { takeLogInAnswer } from "./log-in.ts";

// Before anything is drawn or awaited: the access token must not stay in the address bar.
const answer = takeLogInAnswer();
render(<App answer={answer} />, document.getElementById("app")!);

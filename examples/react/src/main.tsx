import { createIndexedDBTokenStore } from "edge-token-store/indexeddb";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";

// One store for the page, made outside of all components: none of them opens or closes it.
const store = createIndexedDBTokenStore({ clientId: "react-example" });

createRoot(document.querySelector("#root")!).render(
  <StrictMode>
    <App store={store} />
  </StrictMode>,
);

import type { JSX } from "preact";

/** Says to somebody who has just come what the two halves of the page are. */
export function InspectorHeading(): JSX.Element {
  return (
    <>
      <h2 id="inspector">
        <code>edge-token-store</code>, at work
      </h2>
      <p>The portal is an app that uses it. Here you see what the store does meanwhile. Log in, then try the buttons.</p>
    </>
  );
}

import type { JSX } from "preact";

export interface Notice {
  tone: "calm" | "alert";
  text: string;
}

/** The element stays while its text comes and goes: screen readers announce changes of what is there. */
export function NoticeBar({ notice, onDismiss }: { notice: Notice | null; onDismiss: () => void }): JSX.Element {
  return (
    <div class="notice" role="status" data-tone={notice?.tone}>
      {notice && (
        <>
          <p>{notice.text}</p>
          <button class="quiet" type="button" onClick={onDismiss}>
            Dismiss
          </button>
        </>
      )}
    </div>
  );
}

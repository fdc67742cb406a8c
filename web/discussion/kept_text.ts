// Texts kept in this tab while the server or the session is away. Rule: a text goes only when it was posted, is safe on
// the server, or its writer throws it away.

export type FormValues = Record<string, string | string[]>;

export interface KeptText {
  data: FormValues;
  isSubmitted: boolean; // sent by its form; whether it arrived shows on the next page
}

const prefix = "forum-text:";

export function keep(key: string, data: FormValues, isSubmitted = false): void {
  try {
    sessionStorage.setItem(prefix + key, JSON.stringify({ data, isSubmitted } satisfies KeptText));
  } catch {
    // Full or forbidden: the form itself still holds the text.
  }
}

export function kept(key: string): KeptText | undefined {
  try {
    const found = sessionStorage.getItem(prefix + key);
    return found ? (JSON.parse(found) as KeptText) : undefined;
  } catch {
    return undefined;
  }
}

export function forget(key: string): void {
  try {
    sessionStorage.removeItem(prefix + key);
  } catch {
    // Then nothing was kept either.
  }
}

/** A sent text has arrived when the server led here to a post, or says so; a new thread has when there is a thread. */
export function forgetSubmitted(): void {
  const hasArrived = location.hash.startsWith("#bericht-") || document.querySelector(".fd-flits .utrecht-alert--ok") !== null;
  const isThread = document.querySelector(".fd-gesprek") !== null;
  try {
    for (const name of Object.keys(sessionStorage)) {
      if (!name.startsWith(prefix)) continue;
      const key = name.slice(prefix.length);
      if (kept(key)?.isSubmitted && (hasArrived || (isThread && key === "new-thread"))) forget(key);
    }
  } catch {
    // No storage, nothing kept.
  }
}

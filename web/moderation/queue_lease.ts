// Who holds the open case: it is taken when it is opened and let go when it is left. Rule: reading a page changes nothing on
// the server, so both are posts; without script the buttons of the same forms do it.

let expiry: number | undefined;

const find = <T extends HTMLElement>(selector: string): T | null => document.querySelector<T>(selector);
const post = (form: HTMLFormElement): Promise<Response> =>
  fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, keepalive: true });

export const isHeld = (): boolean => find("[data-los]") !== null;

function clock(time: Date): string {
  const isDutch = document.documentElement.lang === "nl";
  const text = time.toLocaleTimeString(isDutch ? "nl" : "en-GB", {
    hour: "numeric",
    minute: "2-digit",
    timeZone: "Europe/Amsterdam",
  });
  return isDutch ? `${text.replace(":", ".")} uur` : text;
}

/** Takes the open case when nobody holds it. "none": there was nothing to take; "refused": somebody was first. */
export async function take(): Promise<"taken" | "none" | "refused"> {
  const form = find<HTMLFormElement>("form[data-pak]");
  const held = find<HTMLTemplateElement>("template[data-vast]");
  if (!form || !held) return "none";
  const response = await post(form);
  if (!response.ok) return "refused";
  const { leaseUntil } = (await response.json()) as { leaseUntil: string };
  if (!form.isConnected) return "none"; // another case was opened meanwhile
  form.replaceWith(held.content.cloneNode(true));
  held.remove();
  const time = find<HTMLTimeElement>("[data-los] time");
  if (time) {
    time.dateTime = leaseUntil;
    time.textContent = clock(new Date(leaseUntil));
  }
  return "taken";
}

/** Lets the open case go. */
export async function release(): Promise<void> {
  const form = find<HTMLFormElement>("form[data-los]");
  if (form) await post(form);
}

/** Calls `ended` when the viewer's time for the open case is over; a new call takes the place of an earlier one. */
export function watchExpiry(ended: () => void): void {
  clearTimeout(expiry);
  const until = find<HTMLTimeElement>("[data-los] time")?.dateTime;
  const left = until ? Date.parse(until) - Date.now() : NaN;
  if (left > 0) expiry = window.setTimeout(ended, left);
}

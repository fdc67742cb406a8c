// The page as the server makes it now, and its parts put in place of those that are shown. Rule: what somebody types in or has
// his focus in is never taken from under him.
import type { LiveMessage } from "./connection.js";

/**
 * News that may change any page of this reader, on a topic without numbers: his own and, for staff, what waits. What was missed
 * there is known only by looking, so a new connection is news as well, and so is the end of his session.
 */
export function isOwnNews(message: LiveMessage): boolean {
  if (message.topic !== "me" && message.topic !== "moderation") return false;
  const isLease = message.kind === "case.leased" || message.kind === "case.released";
  return ["following", "resync", "hint", "refused"].includes(message.is) || (message.is === "event" && !isLease);
}

/** News, or a hint of it, of a text that may be read no more. */
export function takesAway(message: LiveMessage): boolean {
  const kind = message.kind ?? (message.value as { kind?: string } | undefined)?.kind ?? "";
  return ["post.hidden", "post.removed", "post.withdrawn"].includes(kind);
}

/**
 * The page anew for this reader, or another that this one is a part of; null when it cannot be had now. Where he may no longer read it, it is
 * loaded to say so; where it went to another address, `moved` may say so instead.
 */
export async function readFresh(moved?: (url: string) => boolean, address = location.href): Promise<Document | null> {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (answer.redirected && moved?.(answer.url)) return null;
    if ((answer.status === 404 || answer.redirected) && !isTyped()) location.reload();
    return answer.ok && !answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null;
  }
}

/** Also what a form came back with: its page has the address that the form was sent to, and loading it again would send it again. */
function isTyped(): boolean {
  const fields = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("main textarea, main input[type=text]");
  return [...fields].some((field) => field.value.trim() !== "");
}

/**
 * The parts that the page names (`data-live-part`) become those of the fresh page, except where `keep` says that it sees to it; and with them the
 * title, which is above the page too.
 */
export function takeParts(fresh: Document, keep: (shown: HTMLElement, now: HTMLElement) => boolean = () => false): void {
  document.title = fresh.title;
  const crumbs = document.querySelector<HTMLElement>(".fd-kruimel");
  const crumbsNow = fresh.querySelector<HTMLElement>(".fd-kruimel");
  if (crumbs && crumbsNow && crumbs.innerHTML !== crumbsNow.innerHTML) takeContent(crumbs, crumbsNow);
  for (const shown of document.querySelectorAll<HTMLElement>("[data-live-part]")) {
    const now = fresh.querySelector<HTMLElement>(`[data-live-part="${shown.dataset["livePart"]}"]`);
    if (now && shown.innerHTML !== now.innerHTML && !keep(shown, now)) takeContent(shown, now);
  }
}

/** For takeParts: the form in this part stays, unless there is none any more and nothing was typed in it: its text is its writer's. */
export function isReplyInHand(shown: HTMLElement, now: HTMLElement): boolean {
  const form = shown.querySelector<HTMLFormElement>("form[data-writing]");
  return form !== null && (now.querySelector("form[data-writing]") !== null || form.querySelector("textarea")?.value !== "");
}

/** The last event that the page has in it; 0 on a page that follows none. */
export function seqOf(page: Document): number {
  return Number(page.body.dataset["seq"] ?? "0");
}

/** Puts `now` 's content in `shown`; what is open stays open, and focus where it was. */
export function takeContent(shown: HTMLElement, now: HTMLElement): void {
  keepPlace(shown, () => {
    shown.replaceChildren(...[...now.childNodes].map((node) => document.importNode(node, true)));
    return shown;
  });
}

/** The same with the element itself. */
export function takeElement(shown: HTMLElement, now: HTMLElement): void {
  keepPlace(shown, () => {
    const element = document.importNode(now, true);
    shown.replaceWith(element);
    return element;
  });
}

function keepPlace(before: HTMLElement, change: () => HTMLElement): void {
  const places = (within: HTMLElement): HTMLElement[] => [...within.querySelectorAll<HTMLElement>("a, button, summary, h3")];
  const place = places(before).indexOf(document.activeElement as HTMLElement);
  const open = [...before.querySelectorAll("details")].map((one) => one.open);
  const after = change();
  after.querySelectorAll("details").forEach((one, i) => (one.open ||= open[i] ?? false));
  const focused = place < 0 ? undefined : places(after)[place];
  if (focused?.matches("h3")) focused.tabIndex = -1;
  focused?.focus({ preventScroll: true });
}

// The queue without page loads: items open in place, decisions are sent and the next item follows, colleagues' acts show.
// Rule: each act is a link or form that works without this, and what was typed stays until the server has it.

import { atOnce } from "../live/refresher.js";
import { hasArrived, hasLeft, listSoon, listSwapped, showAll, showInRow, startList } from "./queue_list.js";
import { showKeys, startKeys } from "./queue_keys.js";
import { isHeld, release, take, watchExpiry } from "./queue_lease.js";

/** What the server says about a case on the topic `moderation`; names are "" when nobody. */
interface CaseNews {
  id: number;
  leaseHolder: string;
  decidedBy: string;
}

const typed = new Map<string, [string, string][]>(); // unsent fields by case
let visits = 0;

const find = <T extends HTMLElement>(selector: string): T | null => document.querySelector<T>(selector);
const form = (): HTMLFormElement | null => find<HTMLFormElement>("form.fd-besluit");
const selectedCase = (): string => find(".fd-wacht__blad")?.dataset["geval"] ?? "";
const text = (name: string, who = ""): string =>
  (find("[data-wachtrij-teksten]")?.dataset[name] ?? "").replace("#", () => who);

function say(message: string): void {
  const status = find("#status");
  if (status) status.textContent = message;
}

/** An alert on the sheet itself; a second one takes the place of the first. */
function warn(message: string, link?: { url: string; label: string }): void {
  find(".fd-wacht__melding")?.remove();
  const box = document.createElement("div");
  box.className = "utrecht-alert utrecht-alert--warning fd-wacht__melding";
  box.setAttribute("role", "alert");
  const content = document.createElement("div");
  content.className = "utrecht-alert__content";
  const line = document.createElement("p");
  line.textContent = message;
  if (link) {
    const anchor = document.createElement("a");
    anchor.className = "nl-link";
    anchor.href = link.url;
    anchor.dataset["gevalLink"] = "";
    anchor.textContent = link.label;
    line.append(" ", anchor);
  }
  content.append(line);
  box.append(content);
  find(".fd-wacht__titel")?.before(box);
  box.scrollIntoView({ block: "nearest" });
}

/** True when something was typed or chosen. */
function keepTyped(): boolean {
  const decision = form();
  if (!decision) return false;
  const inputs = decision.querySelectorAll<HTMLInputElement>("textarea, input:checked"); // also those that are hidden now
  // What the page itself filled in (the text to change) is not typed.
  const fields = [...inputs].filter((input) => input.type !== "textarea" || input.value !== input.defaultValue).map((input): [string, string] => [input.name, input.value]).filter(([, value]) => value);
  if (fields.length > 0) typed.set(selectedCase(), fields);
  else typed.delete(selectedCase());
  return fields.length > 0;
}

/** Where the viewer may no longer decide, his sentences are shown to be copied. */
function showTyped(fields: [string, string][]): void {
  const place = find("#bewaard");
  const sentences = fields.filter(([name]) => ["body", "facts", "questions", "note"].includes(name));
  if (!place || sentences.length === 0) return;
  const lines = sentences.map(([, value]) => {
    const line = document.createElement("p");
    line.className = "fd-regels-heel";
    line.textContent = value;
    return line;
  });
  place.querySelector("[data-bewaard]")?.replaceChildren(...lines);
  place.hidden = false;
}

function restoreTyped(): void {
  const fields = typed.get(selectedCase());
  const decision = form();
  if (!fields) return;
  if (!decision) return showTyped(fields);
  for (const [name, value] of fields) {
    for (const input of decision.querySelectorAll<HTMLInputElement>(`[name="${name}"]`)) {
      if (input.type === "radio" || input.type === "checkbox") input.checked ||= input.value === value;
      else if (input.value === input.defaultValue) input.value = value;
    }
  }
}

/** Only the fields that belong to the chosen decision show and are sent. */
function followChoice(): void {
  const decision = form();
  if (!decision) return;
  const choice = decision.querySelector<HTMLInputElement>("[name=decision]:checked");
  for (const part of decision.querySelectorAll<HTMLElement>("[data-bij]")) {
    const belongs = part.dataset["bij"]?.split(" ").includes(choice?.value ?? "") ?? false;
    part.hidden = !belongs;
    for (const input of part.querySelectorAll<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>("input, textarea, select"))
      input.disabled = !belongs;
  }
  for (const mark of decision.querySelectorAll<HTMLElement>(".fd-besluit__bij")) mark.hidden = true;
  const label = decision.querySelector("[data-knoptekst]");
  if (label && choice?.dataset["knop"]) label.textContent = choice.dataset["knop"];
}

/** The chosen reason goes behind what was typed; the moderator makes it his own. */
function insertReason(select: HTMLSelectElement): void {
  const chosen = select.selectedOptions[0];
  const field = find<HTMLTextAreaElement>(`form.fd-besluit #${chosen?.dataset["veld"] ?? "facts"}`);
  const reason = chosen?.dataset["tekst"];
  if (!field || !reason) return;
  field.value = field.value ? `${field.value}\n\n${reason}` : reason;
  select.value = "";
  if (!field.disabled) field.focus();
}

const again = (label: string): { url: string; label: string } => ({
  url: `/moderatie/${selectedCase()}`,
  label: text(label),
});

function prepare(): void {
  followChoice();
  showKeys();
  watchExpiry(() => warn(text("om"), again("weer")));
}

/** Takes the case that was just opened; when somebody was first, the page says so. */
async function hold(): Promise<void> {
  const turn = visits;
  const answer = await take().catch(() => "none" as const);
  if (answer === "refused") {
    const page = await read(await fetch(location.href, { headers: { Accept: "text/html" } }), turn);
    if (page) swap(page, "#b-kop");
  } else if (answer === "taken") {
    prepare();
    showInRow(Number(selectedCase()), text("rijU"), false, true);
  }
}

/** The page that came; null when he went on to another case meanwhile. */
async function read(response: Response, turn: number): Promise<Document | null> {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return turn === visits ? page : null;
}

/** Puts the main part of a page in place of this one; false when it is no queue (signed out, fault). */
function swap(page: Document, ...focus: string[]): boolean {
  const main = page.querySelector("main");
  if (!main?.querySelector("#wachtrij")) return false;
  find("main")?.replaceWith(document.adoptNode(main));
  const badge = page.querySelector("[data-count=queue]");
  if (badge) find("[data-count=queue]")?.replaceWith(document.adoptNode(badge));
  document.title = page.title;
  listSwapped();
  restoreTyped();
  prepare();
  const place = focus.map((selector) => find(selector)).find((element) => element) ?? find("main");
  const top = place?.getBoundingClientRect().top ?? 0;
  place?.focus({ preventScroll: true });
  if (top < 0 || top > innerHeight / 2) place?.scrollIntoView({ block: "start" });
  return true;
}

/** Opens a case, or the queue, in place; falls back to a page load. True when it is there. */
async function visit(url: string, keepHistory = false): Promise<boolean> {
  const left = selectedCase();
  if (!keepTyped() && isHeld() && new URL(url, location.href).pathname !== `/moderatie/${left}`)
    void release().catch(() => undefined);
  const turn = ++visits;
  try {
    const response = await fetch(url, { headers: { Accept: "text/html" } });
    const page = await read(response, turn);
    if (!page) return false;
    if (swap(page, "#besloten", "#b-kop")) {
      if (!keepHistory && response.url !== location.href) history.pushState(null, "", response.url);
      void hold();
      return true;
    }
  } catch {
    if (turn !== visits) return false;
  }
  location.assign(url);
  return false;
}

async function send(decision: HTMLFormElement): Promise<void> {
  if (decision.ariaBusy === "true") return;
  decision.ariaBusy = "true";
  const url = decision.action;
  const turn = visits;
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(decision)) if (typeof value === "string") body.append(name, value);
  const id = selectedCase();
  try {
    const response = await fetch(url, { method: "POST", headers: { Accept: "application/json" }, body });
    if (response.ok) {
      const answer = (await response.json()) as { next?: { url: string } | null; isProposed?: boolean };
      typed.delete(id);
      decision.remove(); // so that what was sent is not kept as typed
      const next = answer.next === undefined ? decision.dataset["volgende"] : answer.next?.url;
      if (await visit(next || "/moderatie")) {
        const saved = find(".fd-wacht__blad") ? "statusBesloten" : find(".fd-item") ? "statusBewaard" : "statusLeeg";
        say(text(answer.isProposed ? "statusVoorstel" : saved));
      }
    } else if (response.status === 409) {
      // The case as it is now says who decided what and when; anything else is said by the problem.
      const problem = (await response.json().catch(() => ({}))) as { detail?: string };
      if ((await visit(`/moderatie/${id}`, true)) && !find("#besloten")) warn(problem.detail || text("conflict"));
    } else if (response.status === 400) {
      // The page itself says at each field what to mend.
      const page = await read(await fetch(url, { method: "POST", headers: { Accept: "text/html" }, body }), turn);
      if (page && !swap(page, "#fouten")) warn(text("mislukt"));
    } else {
      warn(text("mislukt"));
    }
  } catch {
    warn(text("mislukt"));
  } finally {
    decision.ariaBusy = "false";
  }
}

/** The viewer can no longer decide about the open case; his text stays to be copied. */
function lose(message: string): void {
  warn(message, again("zie"));
  form()?.querySelector<HTMLButtonElement>("button.nl-button--primary")?.setAttribute("disabled", "");
}

/** It waits no longer: `by` decided, or nobody did. */
function end(id: number, by: string): void {
  showInRow(id, by ? text("rijBesloten", by) : text("rijWeg"), true);
  if (String(id) === selectedCase()) lose(by ? text("besloten", by) : text("ingetrokken"));
}

function hear(kind: string, news: CaseNews): void {
  const isOpen = String(news.id) === selectedCase();
  const me = find("#wachtrij")?.dataset["ik"] ?? "";
  if (kind === "case.decided") {
    hasLeft(news.id);
    if (news.decidedBy === "" || news.decidedBy !== me) end(news.id, news.decidedBy);
    listSoon(atOnce);
  } else if (kind === "case.leased") {
    const isMine = news.leaseHolder === me;
    showInRow(news.id, isMine ? text("rijU") : text("rijBekijkt", news.leaseHolder), false, isMine);
    if (!isMine && isOpen && isHeld()) lose(text("overgenomen", news.leaseHolder));
  } else if (kind === "case.released") {
    showInRow(news.id, "", false);
  } else if (kind === "case.new" || kind === "case.changed") {
    hasArrived(news.id);
    if (kind === "case.changed" && isOpen) warn(text("gewijzigd"), again("toon"));
    listSoon(kind === "case.changed" ? atOnce : undefined);
  }
}

/** For the page with `#wachtrij`; call once. */
export function start(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>(".fd-item, [data-geval-link], .fd-wacht__nieuw");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.matches(".fd-wacht__nieuw")) void showAll();
    else void visit(link.href);
  });
  document.addEventListener("change", (event) => {
    const target = event.target as HTMLElement;
    if ((target as HTMLInputElement).name === "decision") followChoice();
    if (target instanceof HTMLSelectElement && target.matches("[data-reden]")) insertReason(target);
  });
  document.addEventListener("submit", (event) => {
    const target = event.target as HTMLFormElement;
    if (!target.matches("form.fd-besluit, form[data-los]")) return;
    event.preventDefault();
    if (target.matches("[data-los]")) void release().then(() => location.assign("/moderatie"), () => target.submit());
    else void send(target);
  });
  document.addEventListener("forum:event", (event) => {
    const message = (event as CustomEvent<{ is: string; topic?: string; kind?: string; case?: CaseNews }>).detail;
    if (message.topic !== "moderation") return;
    // Cases have no numbers: every connection may have missed some. A hint: a thread went elsewhere, and its cases may be somebody else's now.
    if (["following", "resync", "hint", "refused"].includes(message.is) || message.kind === "scope.changed") listSoon();
    if (message.kind && message.case) hear(message.kind, message.case);
  });
  window.addEventListener("popstate", () => void visit(location.href, true));
  startKeys((url) => void visit(url));
  startList((id) => end(id, ""));
  prepare();
  void hold();
}

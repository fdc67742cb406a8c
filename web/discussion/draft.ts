// Keeps what is being written: on the server within five seconds, in this tab when the server or session is away.
// Rule: no text is overwritten without asking; on two texts the writer chooses.
import { debounced, say, text } from "../page.js";
import { forget, forgetSubmitted, type FormValues, keep, kept } from "./kept_text.js";

const saveAfter = 3_000; // ms after the first change; a slow answer still comes within five seconds of typing
const firstRetry = 10_000;
const longestRetry = 60_000;
const notWritten = new Set(["nonce", "version", "draft_revision", "actie", "van", "municipality_add", "municipality_role"]);
const lists = new Set(["municipalities", "typologies"]);

export function start(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const key = form.dataset["draft"] ?? "";
  if ("local" in form.dataset) keepInThisTab(form, key);
  else new Draft(form, key).start();
}

/** The fields a writer fills, as the draft stores them. */
export function valuesOf(form: HTMLFormElement): FormValues {
  const values: FormValues = {};
  for (const [name, value] of new FormData(form)) {
    if (notWritten.has(name) || typeof value !== "string") continue;
    if (lists.has(name)) values[name] = [...((values[name] as string[] | undefined) ?? []), value];
    else values[name] = value;
  }
  return values;
}

/** Puts values back; chips and other fields made by the server stay as they are. */
function fill(form: HTMLFormElement, values: FormValues): void {
  for (const control of form.elements) {
    if (control instanceof HTMLInputElement && ["radio", "checkbox"].includes(control.type)) {
      const value = values[control.name];
      control.checked = Array.isArray(value) ? value.includes(control.value) : value === control.value;
    } else if (
      (control instanceof HTMLInputElement && control.type !== "hidden") ||
      control instanceof HTMLTextAreaElement ||
      control instanceof HTMLSelectElement
    ) {
      const value = values[control.name];
      if (typeof value !== "string" || value === control.value) continue;
      control.value = value;
      control.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
}

/** Who writes does not wait for a script: what is in the form when it comes is perhaps not what the server gave. */
const isTypedIn = (form: HTMLFormElement) =>
  [...form.elements].some(
    (control) =>
      ((control instanceof HTMLInputElement && ["text", "search"].includes(control.type)) || control instanceof HTMLTextAreaElement) &&
      control.value !== control.defaultValue,
  );

const isSame = (one: FormValues, other: FormValues) => JSON.stringify(one) === JSON.stringify(other);
const textOf = (values: FormValues, name: string) => String(values[name] ?? "");
/** What took effort to write; choices are quickly made again. */
const writtenIn = (values: FormValues) => ["title", "body", "context", "options", "tried"].map((name) => textOf(values, name)).join("\0");
const shownOf = (values: FormValues) => textOf(values, "body") || textOf(values, "title");

/** Two texts beside each other, and a button for each way on. */
function ask(
  form: HTMLFormElement,
  words: { title: string; text: string; other: string },
  otherText: string,
  choices: { label: string; choose: () => void }[],
): void {
  form.querySelector("[data-choice]")?.remove();
  const box = document.createElement("section");
  box.className = "utrecht-alert utrecht-alert--warning";
  box.dataset["choice"] = "";
  box.setAttribute("role", "alert");
  const content = document.createElement("div");
  content.className = "utrecht-alert__content fd-stack fd-stack--krap";
  const title = document.createElement("p");
  const strong = document.createElement("strong");
  strong.textContent = words.title;
  title.append(strong);
  const explanation = document.createElement("p");
  explanation.textContent = words.text;
  const other = document.createElement("textarea");
  other.className = "utrecht-textarea utrecht-textarea--html-textarea fd-veld-klein";
  other.readOnly = true;
  other.rows = 5;
  other.value = otherText;
  other.setAttribute("aria-label", words.other);
  const buttons = document.createElement("div");
  buttons.className = "fd-knoppen";
  for (const { label, choose } of choices) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "nl-button nl-button--secondary";
    const span = document.createElement("span");
    span.className = "nl-button__label";
    span.textContent = label;
    button.append(span);
    button.addEventListener("click", () => {
      box.remove();
      choose();
      form.querySelector<HTMLTextAreaElement>("textarea[name=body]")?.focus();
    });
    buttons.append(button);
  }
  content.append(title, explanation, other, buttons);
  box.append(content);
  form.prepend(box);
}

/** A text of this tab that is not in the form: its writer decides. */
function offerKept(form: HTMLFormElement, key: string): void {
  forgetSubmitted();
  const found = kept(key);
  if (!found) return;
  if (writtenIn(found.data) === writtenIn(valuesOf(form)) || !shownOf(found.data).trim()) return forget(key);
  ask(
    form,
    { title: text("restore_title"), text: text("restore_text"), other: text("restore_other") },
    shownOf(found.data),
    [
      {
        label: text("restore_take"),
        choose: () => {
          fill(form, found.data);
          say(text("restored"));
        },
      },
      { label: text("restore_drop"), choose: () => forget(key) },
    ],
  );
}

function keepInThisTab(form: HTMLFormElement, key: string): void {
  offerKept(form, key);
  form.addEventListener("input", debounced(500, () => keep(key, valuesOf(form))));
  form.addEventListener("submit", () => keep(key, valuesOf(form), true));
}

class Draft {
  private revision: number;
  private saved: FormValues;
  private timer = 0;
  private retry = firstRetry;
  private isSaving = false;
  private isStopped = false; // submitted, or two texts are waiting for a choice

  constructor(
    private readonly form: HTMLFormElement,
    private readonly key: string,
  ) {
    this.revision = Number(form.dataset["revision"] ?? "0");
    this.saved = isTypedIn(form) ? {} : valuesOf(form);
  }

  start(): void {
    offerKept(this.form, this.key);
    if (isTypedIn(this.form)) this.plan(saveAfter);
    this.form.addEventListener("input", () => this.plan(saveAfter));
    this.form.addEventListener("submit", (event) => {
      const isPosting = (event.submitter as HTMLButtonElement | null)?.value === "plaats";
      this.isStopped = true;
      window.clearTimeout(this.timer);
      keep(this.key, valuesOf(this.form), isPosting);
    });
    // Closing the tab or going to another page: the browser finishes this request by itself.
    window.addEventListener("pagehide", () => {
      if (!this.isStopped) void this.save(true);
    });
    // The form comes back from the browser's memory as it was left.
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) this.isStopped = false;
    });
  }

  private plan(wait: number): void {
    if (this.timer || this.isStopped) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      void this.save(false);
    }, wait);
  }

  private async save(isLeaving: boolean): Promise<void> {
    const values = valuesOf(this.form);
    if (isSame(values, this.saved)) return;
    if (isLeaving) keep(this.key, values);
    if (this.isSaving) return this.plan(saveAfter);
    this.isSaving = true;
    let response: Response | undefined;
    try {
      response = await fetch(`/api/v1/drafts/${encodeURIComponent(this.key)}`, {
        method: "PUT",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({ revision: this.revision, data: values }),
        keepalive: isLeaving,
      });
      if (response.ok) this.isSaved(values, (await response.json()) as { revision: number });
      else if (response.status === 409) this.choose((await response.json()) as { revision: number; data: FormValues });
      else if (response.status === 401 || response.status === 403) this.isSignedOut(values);
      else this.isAway(values);
    } catch {
      this.isAway(values);
    } finally {
      this.isSaving = false;
    }
    // Typed on while saving.
    if (response?.ok && !isSame(valuesOf(this.form), this.saved)) this.plan(saveAfter);
  }

  private isSaved(values: FormValues, { revision }: { revision: number }): void {
    this.saved = values;
    this.setRevision(revision);
    this.retry = firstRetry;
    forget(this.key);
    const now = new Date();
    this.show(text("editor_saved", { time: `${now.getHours()}.${String(now.getMinutes()).padStart(2, "0")}` }));
  }

  private isAway(values: FormValues): void {
    keep(this.key, values);
    this.show(text("editor_retry"));
    this.plan(this.retry);
    this.retry = Math.min(2 * this.retry, longestRetry);
  }

  private isSignedOut(values: FormValues): void {
    keep(this.key, values);
    const link = document.createElement("a");
    link.className = "nl-link";
    link.href = `/inloggen?${new URLSearchParams({ terug: location.pathname + location.search })}`;
    link.textContent = text("editor_sign_in");
    this.show(`${text("editor_signed_out")} `, link);
    say(text("editor_signed_out"));
  }

  private choose(stored: { revision: number; data: FormValues }): void {
    this.isStopped = true;
    const goOn = () => {
      this.isStopped = false;
      this.setRevision(stored.revision);
      this.saved = stored.data;
      this.plan(0);
    };
    // The stored draft is gone, posted or thrown away elsewhere: nothing to choose from.
    if (!shownOf(stored.data).trim()) return goOn();
    keep(this.key, valuesOf(this.form));
    ask(
      this.form,
      { title: text("conflict_title"), text: text("conflict_text"), other: text("conflict_other") },
      shownOf(stored.data),
      [
        { label: text("conflict_keep"), choose: goOn },
        {
          label: text("conflict_take"),
          choose: () => {
            fill(this.form, stored.data);
            goOn();
          },
        },
      ],
    );
  }

  private setRevision(revision: number): void {
    this.revision = revision;
    const field = this.form.querySelector<HTMLInputElement>("input[name=draft_revision]");
    if (field) field.value = String(revision);
  }

  private show(...content: (string | Node)[]): void {
    this.form.querySelector("[data-draft-state]")?.replaceChildren(...content);
  }
}

// Toolbar and live preview of the text field. Rule: the text is changed in steps that the browser can undo, and the
// preview is the server's own rendering.
import { debounced, text } from "../page.js";
import { changeFor, type Mark } from "./markdown_marks.js";

export function start(editor: HTMLElement): void {
  const field = editor.querySelector("textarea");
  const toolbar = editor.querySelector<HTMLElement>("[role=toolbar]");
  if (!field) return;
  if (toolbar) startToolbar(toolbar, field);
  startPreview(editor, field);
}

function startToolbar(toolbar: HTMLElement, field: HTMLTextAreaElement): void {
  const buttons = [...toolbar.querySelectorAll<HTMLButtonElement>("[data-mark]")];
  const stopAt = (index: number) => {
    for (const [i, button] of buttons.entries()) button.tabIndex = i === index ? 0 : -1;
    return buttons[index];
  };
  for (const button of buttons)
    button.addEventListener("click", () => {
      stopAt(buttons.indexOf(button));
      apply(field, button.dataset["mark"] as Mark);
    });
  // One tab stop, arrows inside: the toolbar pattern of the ARIA practices.
  toolbar.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    const most = buttons.length - 1;
    const to = { ArrowRight: at === most ? 0 : at + 1, ArrowLeft: at === 0 ? most : at - 1, Home: 0, End: most }[event.key];
    if (at === -1 || to === undefined) return;
    event.preventDefault();
    stopAt(to)?.focus();
  });
  field.addEventListener("keydown", (event) => {
    const mark = ({ b: "bold", i: "italic", k: "link" } as const)[event.key.toLowerCase() as "b" | "i" | "k"];
    if (!mark || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    apply(field, mark);
  });
  stopAt(0);
  toolbar.hidden = false;
}

function apply(field: HTMLTextAreaElement, mark: Mark): void {
  const change = changeFor(mark, field.value, field.selectionStart, field.selectionEnd, text("link_address"));
  field.focus();
  field.setSelectionRange(change.from, change.to);
  // The only way to change a text field that leaves Ctrl+Z working; setRangeText forgets the history.
  if (!document.execCommand("insertText", false, change.insert)) {
    field.setRangeText(change.insert);
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  field.setSelectionRange(change.selectFrom, change.selectTo);
}

function startPreview(editor: HTMLElement, field: HTMLTextAreaElement): void {
  const button = editor.querySelector<HTMLButtonElement>("button[value=voorbeeld]");
  const panel = field.form?.querySelector<HTMLElement>("[data-preview]");
  const shown = panel?.querySelector<HTMLElement>("[data-preview-text]");
  const label = button?.querySelector(".nl-button__label");
  if (!button || !panel || !shown || !label) return;
  let running: AbortController | undefined;
  let isLost = false; // the server could not say: let the form do it

  const open = (isOpen: boolean) => {
    panel.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
    label.textContent = text(isOpen ? "preview_hide" : "preview_show");
  };
  const refresh = async () => {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    const response = await fetch("/gesprekken/voorbeeld", {
      method: "POST",
      body: new URLSearchParams({ body: field.value }),
      headers: { Accept: "application/json" },
      signal,
    });
    if (!response.ok) throw new Error(String(response.status));
    const { html } = (await response.json()) as { html: string };
    // Made safe by the server, as every shown text is (view/markdown).
    if (!signal.aborted) shown.innerHTML = html;
  };
  const keepFresh = debounced(400, () => {
    // A lost connection leaves the last preview standing; the next letter tries again.
    if (!panel.hidden) refresh().catch(() => undefined);
  });

  button.setAttribute("aria-controls", panel.id);
  open(!panel.hidden);
  button.addEventListener("click", (event) => {
    if (isLost) return;
    event.preventDefault();
    if (!panel.hidden) return open(false);
    refresh().then(
      () => open(true),
      (error: unknown) => {
        if (error instanceof DOMException && error.name === "AbortError") return;
        isLost = true;
        field.form?.requestSubmit(button);
      },
    );
  });
  field.addEventListener("input", keepFresh);
}

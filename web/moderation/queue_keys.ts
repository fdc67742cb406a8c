// Shortcut keys of the queue: J and K for the next and previous item, 1 to 9 for the decision, Ctrl+Enter to send, also from a field.
// Rule: single keys work only outside fields and all can be switched off, as WCAG 2.1.4 asks; the browser remembers it.

const storeName = "forum.sneltoetsen";

function areOn(): boolean {
  try {
    return localStorage.getItem(storeName) !== "uit";
  } catch {
    return true; // storage refused: on, and the button works until the page is left
  }
}

let on = areOn();

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("textarea, select, input:not([type=radio], [type=checkbox])"))
  );
}

/** The item `steps` further in the list than the open one, marked as open at once so that quick presses count. */
function step(steps: number): string | null {
  const items = [...document.querySelectorAll<HTMLAnchorElement>(".fd-item")];
  const open = items.findIndex((item) => item.hasAttribute("aria-current"));
  const next = items[open < 0 ? 0 : open + steps];
  if (!next) return null;
  items[open]?.removeAttribute("aria-current");
  next.setAttribute("aria-current", "true");
  return next.href;
}

/** Shows what the keys are, or only how to switch them on. */
export function showKeys(): void {
  const bar = document.querySelector<HTMLElement>(".fd-toetsen");
  if (bar) bar.hidden = false;
  for (const hint of document.querySelectorAll<HTMLElement>("[data-toets], .fd-toetsen__uitleg")) hint.hidden = !on;
  const button = document.querySelector<HTMLElement>("[data-toetsknop]");
  const label = button?.querySelector(".nl-button__label");
  if (button && label) label.textContent = (on ? button.dataset["uit"] : button.dataset["aan"]) ?? "";
}

/** `visit` opens the address of an item. Call once. */
export function startKeys(visit: (url: string) => void): void {
  document.addEventListener("keydown", (event) => {
    if (!on || event.defaultPrevented || event.altKey) return;
    const form = document.querySelector<HTMLFormElement>("form.fd-besluit");
    if (event.ctrlKey || event.metaKey) {
      const elsewhere = isField(event.target) && (event.target as Element).closest("form") !== form;
      if (event.key !== "Enter" || !form || elsewhere) return;
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    if (isField(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") {
      const url = step(key === "j" ? 1 : -1);
      if (url) visit(url);
    } else if (/^[1-9]$/.test(key)) {
      const choice = form?.querySelectorAll<HTMLInputElement>("[name=decision]")[Number(key) - 1];
      choice?.click();
      choice?.focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!(event.target as Element).closest("[data-toetsknop]")) return;
    on = !on;
    try {
      localStorage.setItem(storeName, on ? "aan" : "uit");
    } catch {
      // kept for this page only
    }
    showKeys();
  });
}

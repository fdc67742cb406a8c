// Offers names while one types behind an "@". Rule: only a help: the list follows the text field and never takes the focus, and what is chosen is
// the plain text that one could have typed.
import { debounced, say, text } from "../page.js";

interface Name {
  name: string;
  text: string;
  about: string;
}

export function start(editor: HTMLElement): void {
  const field = editor.querySelector("textarea");
  if (!field) return;
  const listId = `noemen-${field.id}`;
  const list = document.createElement("ul");
  list.className = "fd-noemen";
  list.id = listId;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", text("mention_list"));
  field.after(list);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-haspopup", "listbox");
  field.setAttribute("aria-controls", listId);

  let names: Name[] = [];
  let chosen = 0;
  let asked = "";
  let settled: string | undefined; // what stood behind the "@" when he chose, or said that he wants no name
  let running: AbortController | undefined;

  const close = () => {
    running?.abort();
    list.hidden = true;
    names = [];
    asked = "";
    settled = undefined;
    field.removeAttribute("aria-activedescendant");
  };
  const mark = (index: number) => {
    chosen = (index + names.length) % names.length;
    for (const [i, option] of [...list.children].entries()) option.setAttribute("aria-selected", String(i === chosen));
    field.setAttribute("aria-activedescendant", `${listId}-${chosen}`);
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  };
  const take = (index: number) => {
    const begun = wordsAt(field);
    const name = names[index];
    close();
    if (begun === undefined || !name) return;
    field.setSelectionRange(field.selectionStart - begun.length - 1, field.selectionStart);
    // Leaves Ctrl+Z working, as the editor's own marks do.
    if (!document.execCommand("insertText", false, `${name.text} `)) {
      field.setRangeText(`${name.text} `, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
    settled = wordsAt(field);
  };
  const show = (found: Name[]) => {
    names = found;
    list.replaceChildren(
      ...found.map((name, index) => {
        const option = document.createElement("li");
        option.id = `${listId}-${index}`;
        option.setAttribute("role", "option");
        option.textContent = name.about === "" ? name.name : `${name.name}, ${name.about}`;
        // The field keeps the focus.
        option.addEventListener("pointerdown", (event) => event.preventDefault());
        option.addEventListener("click", () => take(index));
        return option;
      }),
    );
    list.hidden = found.length === 0;
    if (found.length === 0) return field.removeAttribute("aria-activedescendant");
    mark(0);
    say(text("mention_found", { n: found.length }));
  };
  const search = async () => {
    const begun = wordsAt(field);
    if (begun === undefined || document.activeElement !== field) return close();
    if (settled !== undefined && begun.startsWith(settled)) return;
    settled = undefined;
    if (begun === asked) return;
    asked = begun;
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    // In the page's language: the API goes by the browser's.
    const headers = { "Accept-Language": document.documentElement.lang };
    const response = await fetch(`/api/v1/mentions?${new URLSearchParams({ q: begun })}`, { headers, signal });
    if (!response.ok || signal.aborted) return;
    show(((await response.json()) as { items: Name[] }).items);
  };
  const searchSoon = debounced(150, () => void search().catch(() => undefined));

  field.addEventListener("input", () => (wordsAt(field) === undefined ? close() : searchSoon()));
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark(chosen + 1);
    else if (event.key === "ArrowUp") mark(chosen - 1);
    else if (event.key === "Enter" || event.key === "Tab") take(chosen);
    else if (event.key === "Escape") {
      close();
      settled = wordsAt(field);
    } else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
}

/** What stands between an "@" that begins a word and the cursor, when that may be the beginning of a name. */
function wordsAt(field: HTMLTextAreaElement): string | undefined {
  if (field.selectionStart !== field.selectionEnd) return undefined;
  const before = field.value.slice(Math.max(0, field.selectionStart - 80), field.selectionStart);
  const found = /(?:^|[^\p{L}\p{N}_@./+-])@(\p{L}[^@\n]{0,60})$/u.exec(before);
  const words = found?.[1];
  return words === undefined || words.split(" ").length > 4 ? undefined : words;
}

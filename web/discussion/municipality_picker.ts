// Adds and removes municipalities without loading the page again. Rule: the form holds exactly what it would hold
// after a visit to the server: hidden fields `municipalities` with "code:role".
import { say, text } from "../page.js";

export function start(field: HTMLElement): void {
  const input = field.querySelector<HTMLInputElement>("input[name=municipality_add]");
  const role = field.querySelector<HTMLSelectElement>("select[name=municipality_role]");
  const add = field.querySelector<HTMLButtonElement>("button[value=gemeente-erbij]");
  const chips = field.querySelector<HTMLElement>("[data-chips]");
  const pattern = field.querySelector<HTMLTemplateElement>("template[data-chip]");
  if (!input || !role || !add || !chips || !pattern) return;

  const options = [...(input.list?.options ?? [])].map((option) => ({ name: option.value, code: option.dataset["code"] ?? "" }));
  const isSame = (one: string, other: string) => one.localeCompare(other, "nl", { sensitivity: "base" }) === 0;
  const changed = () => field.dispatchEvent(new Event("input", { bubbles: true }));

  const choose = () => {
    const wanted = input.value.trim();
    const found = options.find(({ name, code }) => isSame(name, wanted) || isSame(code, wanted));
    if (!found) return complain(wanted ? text("municipality_unknown", { name: wanted }) : text("municipality_empty"));
    complain("");
    chips.querySelector(`[data-code="${found.code}"]`)?.remove();
    chips.append(chipFor(found, role.value));
    chips.hidden = false;
    input.value = "";
    input.focus();
    say(text("municipality_added", { name: found.name }));
    changed();
  };

  const chipFor = ({ name, code }: { name: string; code: string }, chosen: string): Node => {
    const chip = (pattern.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    chip.dataset["code"] = code;
    const shown = chosen === "experience" ? `${name} (${text("municipality_experience")})` : name;
    chip.querySelector("[data-name]")!.textContent = shown;
    chip.querySelector("input")!.value = `${code}:${chosen}`;
    const remove = chip.querySelector("button")!;
    remove.value = `gemeente-weg:${code}`;
    remove.setAttribute("aria-label", text("municipality_remove", { name }));
    return chip;
  };

  const complain = (message: string) => {
    const id = `${input.id}-fout`;
    document.getElementById(id)?.remove();
    field.classList.toggle("utrecht-form-field--invalid", message !== "");
    input.classList.toggle("utrecht-textbox--invalid", message !== "");
    if (!message) {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
      return;
    }
    const fault = document.createElement("div");
    fault.className = "utrecht-form-field-error-message";
    fault.id = id;
    fault.textContent = message;
    input.parentElement?.before(fault);
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", id);
    input.focus();
    say(message);
  };

  add.addEventListener("click", (event) => {
    event.preventDefault();
    choose();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    choose();
  });
  chips.addEventListener("click", (event) => {
    const chip = (event.target as Element).closest("button") && (event.target as Element).closest<HTMLElement>(".fd-chip");
    if (!chip) return;
    event.preventDefault();
    const name = options.find(({ code }) => code === chip.dataset["code"])?.name ?? "";
    chip.remove();
    chips.hidden = chips.children.length === 0;
    input.focus();
    say(text("municipality_removed", { name }));
    changed();
  });
}

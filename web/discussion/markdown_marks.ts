// What a button of the toolbar does to a text. Rule: pure functions; the caller changes the field in one undoable step.

export type Mark = "bold" | "italic" | "heading" | "list" | "numbered" | "quote" | "link";

/** Replace [from, to) by `insert`, then select [selectFrom, selectTo). Offsets in UTF-16 units of the old and new text. */
export interface Change {
  from: number;
  to: number;
  insert: string;
  selectFrom: number;
  selectTo: number;
}

export function changeFor(mark: Mark, value: string, from: number, to: number, address: string): Change {
  switch (mark) {
    case "bold":
      return wrap(value, from, to, "**");
    case "italic":
      return wrap(value, from, to, "_");
    case "heading":
      return prefixLines(value, from, to, /^#{1,6} /, () => "### ");
    case "list":
      return prefixLines(value, from, to, /^[-*] /, () => "- ", anyItem);
    case "numbered":
      return prefixLines(value, from, to, /^\d+\. /, (index) => `${index + 1}. `, anyItem);
    case "quote":
      return prefixLines(value, from, to, /^> ?/, () => "> ");
    case "link":
      return link(value, from, to, address);
  }
}

/** Puts the sign around the selection, or takes it away when it is there already. Spaces at the ends stay outside. */
function wrap(value: string, from: number, to: number, sign: string): Change {
  const selected = value.slice(from, to);
  const start = from + (selected.length - selected.trimStart().length);
  const inner = selected.trim();
  const end = start + inner.length;
  const size = sign.length;
  if (inner && value.slice(start - size, start) === sign && value.slice(end, end + size) === sign)
    return { from: start - size, to: end + size, insert: inner, selectFrom: start - size, selectTo: end - size };
  if (inner.length > 2 * size && inner.startsWith(sign) && inner.endsWith(sign))
    return { from: start, to: end, insert: inner.slice(size, -size), selectFrom: start, selectTo: end - 2 * size };
  return { from: start, to: end, insert: sign + inner + sign, selectFrom: start + size, selectTo: end + size };
}

const anyItem = /^(?:[-*]|\d+\.) /;

/** Gives every line of the selection the prefix, in the place of `old`, or takes it away when all of them have it. */
function prefixLines(
  value: string,
  from: number,
  to: number,
  has: RegExp,
  prefix: (index: number) => string,
  old = has,
): Change {
  const first = value.lastIndexOf("\n", from - 1) + 1;
  const next = value.indexOf("\n", to);
  const last = next === -1 ? value.length : next;
  const lines = value.slice(first, last).split("\n");
  const isOn = lines.every((line) => has.test(line));
  const insert = lines.map((line, index) => (isOn ? "" : prefix(index)) + line.replace(old, "")).join("\n");
  // A list or quote right under a paragraph would belong to that paragraph.
  const before = value.slice(0, first);
  const lineAbove = before.slice(before.lastIndexOf("\n", first - 2) + 1);
  const gap = !isOn && lineAbove.trim() && !has.test(lineAbove) ? "\n" : "";
  const end = first + gap.length + insert.length;
  return { from: first, to: last, insert: gap + insert, selectFrom: lines.length > 1 ? first + gap.length : end, selectTo: end };
}

function link(value: string, from: number, to: number, address: string): Change {
  const selected = value.slice(from, to).trim();
  if (/^https?:\/\/\S+$/.test(selected))
    return { from, to, insert: `[](${selected})`, selectFrom: from + 1, selectTo: from + 1 };
  const insert = `[${selected}](${address})`;
  const place = selected ? from + selected.length + 3 : from + 1;
  return { from, to, insert, selectFrom: place, selectTo: selected ? place + address.length : place };
}

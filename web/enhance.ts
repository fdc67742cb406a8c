// What script adds to pages that already work without it. Rule: a module is loaded only by a page that holds its
// selector, and exports start(element).
type Module = { start(element: HTMLElement): void };

const modules: [selector: string, load: () => Promise<Module>][] = [
  ["[data-editor]", () => import("./discussion/editor.js")],
  ["[data-editor], [data-mentions]", () => import("./following/mention_picker.js")],
  ["form[data-draft]", () => import("./discussion/draft.js")],
  [".fd-gesprek[data-thread]", () => import("./discussion/thread.js")],
  [".fd-gesprek[data-thread]", () => import("./discussion/thread_live.js")],
  ["body:not(:has(.fd-gesprek, .fd-wand)) [data-live-part]", () => import("./live/parts.js")],
  [".fd-wand[data-wall], .fd-wand[data-wall-list]", () => import("./discussion/wall.js")],
  ["[data-municipalities]", () => import("./discussion/municipality_picker.js")],
  ["[data-similar]", () => import("./discussion/similar.js")],
  ["[data-counter]", () => import("./discussion/title_counter.js")],
  ["form[data-follow]", () => import("./following/follow.js")],
  ["#wachtrij", () => import("./moderation/queue.js")],
];

const started = modules.map(async ([selector, load]) => {
  const elements = document.querySelectorAll<HTMLElement>(selector);
  if (elements.length === 0) return;
  const module = await load();
  for (const element of elements) module.start(element);
});

// Last, so that everyone hears the first event.
if (document.body.dataset["live"])
  void Promise.allSettled(started).then(async () => (await import("./live/index.js")).startLive());

// What script adds to pages that already work without it. Rule: look for an element, then load the module that serves it.
import { startLive } from "./live/index.js";

startLive();
if (document.querySelector("#wachtrij")) void import("./moderation/queue.js").then((queue) => queue.startQueue());

// A page with a server of our own making behind its live connection. Rule: time, chance and what the server says are the test's.
import { openPerson, signIn } from "./browser.mjs";

/** In the page, before its scripts: sockets and streams that do as `server` says, and write down what was tried and said. */
function fakeServer(chance) {
  Math.random = () => chance;
  const server = { tried: [], triedAt: [], said: [], opens: { socket: true, stream: true }, sockets: [] };
  window.liveServer = server;
  window.WebSocket = class {
    static OPEN = 1;
    readyState = 0;
    constructor() {
      server.tried.push("socket");
      server.triedAt.push(Date.now());
      server.sockets.push(this);
      if (server.opens.socket === "silent") return;
      if (server.opens.socket) setTimeout(() => this.greet());
      else setTimeout(() => this.end(1006));
    }
    greet() {
      this.readyState = 1;
      this.onopen?.({});
      this.hear({ is: "hello", heartbeat: 25 });
    }
    hear(message) {
      this.onmessage?.({ data: JSON.stringify(message) });
    }
    end(code) {
      this.readyState = 3;
      this.onclose?.({ code });
    }
    send(data) {
      server.said.push(JSON.parse(data));
    }
    close() {
      this.readyState = 3;
    }
  };
  window.EventSource = class {
    static OPEN = 1;
    readyState = 0;
    constructor() {
      server.tried.push("stream");
      server.triedAt.push(Date.now());
      setTimeout(() => {
        if (!server.opens.stream) return this.onerror?.({});
        this.readyState = 1;
        this.onmessage?.({ data: JSON.stringify({ is: "hello", heartbeat: 25 }) });
      });
    }
    close() {
      this.readyState = 2;
    }
  };
}

/** A guest, or who signs in, with a page open; his clock stands still from before that on, however slow the machine is. */
export async function reader(browser, site, chance, opens = { socket: true, stream: true }, address = "/gesprekken/1", sign = null) {
  const person = await openPerson(browser, site);
  if (sign) await signIn(person.page, sign);
  await person.page.clock.install();
  await person.page.clock.pauseAt(Date.now() + 60_000);
  await person.page.addInitScript(`(${fakeServer})(${chance}); window.liveServer.opens = ${JSON.stringify(opens)};`);
  await person.page.goto(address);
  await person.page.waitForFunction(() => window.liveServer.tried.length > 0);
  await person.page.clock.runFor(1);
  return {
    ...person,
    pass: (milliseconds) => person.page.clock.runFor(milliseconds),
    triedAt: () => person.page.evaluate(() => window.liveServer.triedAt),
    tried: () => person.page.evaluate(() => window.liveServer.tried),
    said: () => person.page.evaluate(() => window.liveServer.said),
    /** Runs in the page with the socket that is open now. */
    socket: (action, value) =>
      person.page.evaluate(`((socket) => socket.${action}(${JSON.stringify(value)}))(window.liveServer.sockets.at(-1))`),
  };
}

// The connection when it goes wrong, with a server of our own making: how a page comes back, and when. Rule: time and chance are
// the test's, so nothing waits and nothing is a matter of luck.
import assert from "node:assert/strict";
import { reader } from "./fake_server.mjs";

export async function aRefusedClientStaysAwayLong(browser, site) {
  const { context, page, pass, tried, socket } = await reader(browser, site, 0);
  try {
    await pass(1000);
    await socket("end", 1008);
    await pass(9 * 60_000);
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    assert.deepEqual(await tried(), ["socket"], "not even when the device wakes up");
    await pass(2 * 60_000);
    assert.deepEqual(await tried(), ["socket", "socket"]);
  } finally {
    await context.close();
  }
}

export async function afterAGoodbyeEachComesAtHisOwnMoment(browser, site) {
  // The server spreads readers over whole seconds: this one has the twelfth, and draws his moment in it.
  for (const [chance, before, after] of [[0, 11_900, 200], [0.75, 11_150, 200]]) {
    const { context, pass, tried, socket } = await reader(browser, site, chance);
    try {
      await pass(1000);
      await socket("hear", { is: "goodbye", back_in: 12 });
      await pass(before);
      assert.deepEqual(await tried(), ["socket"], `chance ${chance}`);
      await pass(after);
      assert.deepEqual(await tried(), ["socket", "socket"], `chance ${chance}`);
    } finally {
      await context.close();
    }
  }
}

export async function socketAndStreamAreTriedInTurn(browser, site) {
  const { context, page, pass, tried } = await reader(browser, site, 0.5, { socket: false, stream: false });
  try {
    for (let step = 0; step < 60; step += 1) await pass(1000);
    assert.deepEqual((await tried()).slice(0, 6), ["socket", "socket", "stream", "socket", "stream", "socket"]);
    await page.evaluate(() => (window.liveServer.opens = { socket: false, stream: true }));
    for (let step = 0; step < 130; step += 1) await pass(1000);
    const kinds = await tried();
    assert.equal(kinds.at(-1), "stream", "a stream that works is kept");
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    assert.equal((await tried()).length, kinds.length, "and not opened anew by a look at another tab");
  } finally {
    await context.close();
  }
}

export async function aStreamIsTriedWithinFiveSeconds(browser, site) {
  // A proxy that refuses WebSocket, and one that swallows it: the longest that chance allows.
  for (const socket of [false, "silent"]) {
    const { context, pass, tried } = await reader(browser, site, 0.999, { socket, stream: true });
    try {
      for (let step = 0; step < 50; step += 1) await pass(100);
      assert.equal((await tried()).at(-1), "stream", String(socket));
    } finally {
      await context.close();
    }
  }
}

export async function whoLooksElsewhereIsNoReader(browser, site) {
  const { context, page, pass, said, socket } = await reader(browser, site, 0.5);
  try {
    await pass(1000);
    const here = async () => (await said()).filter((message) => message.do === "here").map((message) => message.state);
    const look = (hidden) =>
      page.evaluate((value) => {
        Object.defineProperty(document, "hidden", { value, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
    assert.deepEqual(await here(), [], "who follows is a reader without saying so");
    await look(true);
    assert.deepEqual(await here(), ["away"]);
    await socket("hear", { is: "following", topic: "thread/1", seq: 1 });
    assert.deepEqual(await here(), ["away", "away"], "also after the connection came back in a hidden tab");
    await look(false);
    assert.deepEqual(await here(), ["away", "away", "reading"]);
  } finally {
    await context.close();
  }
}

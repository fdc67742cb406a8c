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

/** Full jitter: each pause is drawn from nought to a bound that doubles up to a minute, so readers of one restart do not come back together. */
export async function pausesAreDrawnFromABoundThatDoubles(browser, site) {
  for (const chance of [0.25, 0.999]) {
    const { context, pass, triedAt } = await reader(browser, site, chance, { socket: false, stream: false });
    try {
      for (let step = 0; step < 60; step += 1) await pass(5_000);
      const times = await triedAt();
      const pauses = times.slice(1).map((at, i) => at - times[i]);
      const wanted = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000].map((most) => most * chance);
      for (const [i, pause] of wanted.entries())
        assert.ok(Math.abs(pauses[i] - pause) < 20, `chance ${chance}, pause ${i}: ${pauses[i]}, wanted ${pause}`);
    } finally {
      await context.close();
    }
  }
}

/** A device that slept: its clock went on, its timers did not, and its dead socket says that it is open. */
export async function whoWakesUpComesBackAtOnce(browser, site) {
  const { context, page, pass, tried, said, socket } = await reader(browser, site, 0.5);
  try {
    const look = () => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await pass(1000);
    const next = Number(await page.evaluate(() => document.body.dataset.seq)) + 1;
    await socket("hear", { is: "event", topic: "thread/1", seq: next, kind: "skip" });
    await look();
    assert.deepEqual(await tried(), ["socket"], "a short look elsewhere is no sleep");
    await page.clock.setSystemTime(await page.evaluate(() => Date.now() + 3 * 3_600_000));
    await look();
    assert.deepEqual(await tried(), ["socket", "socket"]);
    await pass(100);
    const follows = (await said()).filter((message) => message.do === "follow" && message.topic === "thread/1");
    assert.equal(follows.length, 2);
    assert.equal(follows[1].since, next, "and goes on where it was");
    await look();
    assert.equal((await tried()).length, 2, "once");
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

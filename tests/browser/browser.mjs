// A real Chromium with what every test of a page wants to know: errors, requests that leave the site, axe. Rule: one browser
// for the whole run, one context for each person.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const password = "forum-demo-2026";

export async function startBrowser() {
  const profile = mkdtempSync(join(tmpdir(), "forum-chromium-"));
  // Root needs --no-sandbox; the rest keeps Chromium from calling home.
  const server = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
    env: { ...process.env, HOME: profile },
  });
  return {
    server,
    async stop() {
      await server.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Ways to open a page, for openPerson. */
export const withoutScript = { javaScriptEnabled: false };
export const phone = { viewport: { width: 390, height: 844 }, colorScheme: "dark" };

/** A page of its own context; `faults` fills with what went wrong on it. */
export async function openPerson(browser, site, options = {}) {
  const context = await browser.server.newContext({ baseURL: site, viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const faults = [];
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("console", (message) => {
    // A refused request is also a console line; tests look at answers themselves.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(site) && !url.startsWith("data:") && !url.startsWith("blob:")) faults.push(`leaves the site: ${url}`);
  });
  return { context, page, faults };
}

export async function signIn(page, email) {
  await page.goto("/inloggen");
  await page.fill("#email", email);
  await page.fill("#password", password);
  await Promise.all([page.waitForURL((url) => !url.pathname.startsWith("/inloggen")), page.press("#password", "Enter")]);
}

/** Opens a page and waits until the server has answered all that its script wants to follow. */
export async function openFollowing(page, url) {
  const asked = new Set();
  const isFollowed = new Promise((resolve) => page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => {
      const { do: what, topic } = JSON.parse(payload);
      if (what === "follow") asked.add(topic);
    });
    socket.on("framereceived", ({ payload }) => {
      const { is, topic } = JSON.parse(payload);
      if ((is === "following" || is === "refused") && asked.delete(topic) && asked.size === 0) resolve();
    });
  }));
  await page.goto(url);
  await isFollowed;
}

/** What the API answers to this person, who expects this status, or without one any that is no refusal; null when it says nothing. */
export async function send(person, method, path, data, status) {
  const answer = await person.context.request.fetch(`/api/v1${path}`, { method, data });
  const said = `${method} ${path}: ${answer.status()} ${await answer.text()}`;
  if (status === undefined) assert.ok(answer.ok(), said);
  else assert.equal(answer.status(), status, said);
  return answer.status() === 204 ? null : answer.json();
}

/** axe's violations on the page as lines; WCAG 2.2 A and AA and best practice. */
export async function axe(page) {
  // Not as a script element: the page's own policy rightly refuses that.
  await page.evaluate(axeSource);
  const result = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] }));
  return result.violations.map((found) => `${found.id}: ${found.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
}

/** The same and what scrolls sideways, each with `where` before it; nothing without script, for axe is one. */
export async function look(page, options, where) {
  if (options.javaScriptEnabled === false) return [];
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  return [...await axe(page), ...(sideways > 0 ? [`scrolls sideways by ${sideways} px`] : [])].map((fault) => `${where}: ${fault}`);
}

/** Presses the button and waits for the page that comes; its answer. */
export async function submit(page, selector) {
  const [answer] = await Promise.all([page.waitForNavigation(), page.locator(selector).first().click()]);
  return answer;
}

/** By its label, as a pointer does. */
export async function choose(page, name, value) {
  await page.locator(`label[for="${await page.locator(`input[name=${name}][value=${value}]`).getAttribute("id")}"]`).click();
}

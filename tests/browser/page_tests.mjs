// Every page as guest, member and moderator: axe without violations, nothing leaves the site, no page scrolls sideways. Rule: a page
// that the program serves is in one of these lists, or in that of the pages that another test looks at.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { axe, look, openPerson, phone, send, signIn } from "./browser.mjs";

const guestPages = ["/", "/gesprekken", "/gesprekken?soort=vraag&stand=open", "/gesprekken?zoek=zzzz", "/gesprekken/1", "/gesprekken/8",
  "/gemeenten", "/gemeenten?zoek=brielle", "/gemeenten?zoek=zzzz", "/gemeenten/GM1783", "/gemeenten/GM0501", "/typen",
  "/typen/tuinbouwgemeenten", "/typen/provinciesteden", "/inloggen", "/huisregels", "/besluiten", "/besluiten/cijfers",
  "/over", "/toegankelijkheid", "/privacy", "/bestaat-niet"];
const memberPages = ["/", "/gesprekken", "/gesprekken/14", "/gesprekken/1/berichten/1/versies", "/gesprekken/1/berichten/1/wijzig", "/gesprekken/nieuw", "/gesprekken/nieuw?title=Hoe+betrekt+u+buren", "/ik", "/ik/besluiten",
  "/gemeenten/GM1783", "/gesprekken?thema=wonen", "/ik/volgt", "/volgen/thema/wonen", "/volgen/gemeente/GM1783", "/ik/meldingen", "/sinds",
  "/sinds?minuten=15", "/leden/2"];
const newMemberPages = ["/gesprekken/14", "/gesprekken/9", "/ik", "/ik/besluiten", "/ik/besluiten?vanaf=999", "/ik/meldingen", "/ik/volgt"];
const moderatorPages = ["/moderatie", "/moderatie/redenen", "/moderatie/vooraf", "/gesprekken/14", "/gesprekken/14/sluiten", "/gesprekken/14/vastzetten", "/gesprekken/14/verplaatsen",
  "/gesprekken/14/samenvoegen?zoek=gesprek", "/gesprekken/14/splitsen", "/ik", "/leden/1"];

/** Pages that another test looks at, where what they show is made; or why nobody does. */
const elsewhere = {
  "/besluiten/cijfers.csv": "a table to download",
  "/bezwaar": "appeal_tests",
  "/gesprekken/{id}/berichten/{n}": "leads to the post in its thread",
  "/gesprekken/{id}/logboek": "scope_tests",
  "/gesprekken/{id}/wand": "wall_tests",
  "/healthz": "a word for a machine",
  "/kennisgeving": "report_tests",
  "/kennisgeving/{token}": "report_tests",
  "/kennisgeving/{token}/bezwaar": "the form of /bezwaar, for who has no account",
  "/leden/{id}/gebied": "scope_tests",
  "/live": "a socket",
  "/live/events": "a stream of events",
  "/melden": "report_tests",
  "/moderatie/woordregels": "guard_tests",
  "/readyz": "a word for a machine",
};

/** What is asked before an act: of the writer of a thread, and then of a moderator. Made by confirmPages. */
const questions = {
  writer: ["/berichten/1/intrekken", "/berichten/2/antwoord", "/berichten/3/geen-antwoord", "/berichten/4/terugzetten"],
  moderator: ["/losmaken", "/openen"],
};

async function checkPages(browser, site, paths, email, options) {
  const { context, page, faults } = await openPerson(browser, site, options);
  try {
    if (email) await signIn(page, email);
    const found = [];
    for (const path of paths) {
      await page.goto(path);
      for (const violation of await axe(page)) found.push(`${path}: ${violation}`);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (sideways > 0) found.push(`${path}: scrolls sideways by ${sideways} px`);
      if (path === "/moderatie") {
        await page.locator(".fd-item").first().click();
        await page.locator("form.fd-besluit").waitFor();
        for (const violation of await axe(page)) found.push(`a case: ${violation}`);
      }
    }
    // A page that is not there answers 404: that is no fault of the page that asked.
    assert.deepEqual([...found, ...faults], []);
  } finally {
    await context.close();
  }
}

async function confirmPages(browser, site, options) {
  const writer = await openPerson(browser, site, options);
  const moderator = await openPerson(browser, site, options);
  const found = [];
  try {
    await signIn(writer.page, "adviseur@demo.example");
    await signIn(moderator.page, "moderator@demo.example");
    const { id } = await send(writer, "POST", "/threads", { kind: "question", title: "Weet u dit zeker?", body: "Een vraag.", theme: "wonen", visibility: "public" });
    for (const person of [moderator, moderator, writer]) await send(person, "POST", `/threads/${id}/posts`, { body: "Een reactie." });
    await send(writer, "PUT", `/threads/${id}/answer`, { number: 3 });
    await send(writer, "DELETE", `/threads/${id}/posts/4`);
    const visit = async ({ page }, act) => {
      const answer = await page.goto(`/gesprekken/${id}${act}`);
      found.push(...(answer.status() === 200 ? [] : [`${act}: ${answer.status()}`]), ...await look(page, options, act));
    };
    for (const act of questions.writer) await visit(writer, act);
    await send(moderator, "PUT", `/threads/${id}/pin`, { reason: "Voor iedereen." });
    await send(moderator, "PUT", `/threads/${id}/closure`, { reason: "Klaar." });
    for (const act of questions.moderator) await visit(moderator, act);
    assert.deepEqual([...found, ...writer.faults, ...moderator.faults], []);
  } finally {
    await writer.context.close();
    await moderator.context.close();
  }
}

export async function everyPageIsLookedAt() {
  const served = readFileSync(new URL("../checks/routes.txt", import.meta.url), "utf8").split("\n")
    .filter((line) => line.startsWith("GET /") && !line.startsWith("GET /api/")).map((line) => line.split(" ")[1]);
  const acts = [...questions.writer, ...questions.moderator].map((act) => `/gesprekken/1${act}`);
  const visited = [...guestPages, ...memberPages, ...newMemberPages, ...moderatorPages, ...acts].map((path) => path.split("?")[0]);
  const isVisited = (route) => visited.some((path) => new RegExp(`^${route.replace(/\{\w+\}/g, "[^/]+")}$`).test(path));
  assert.deepEqual(served.filter((route) => !isVisited(route) && !elsewhere[route]), [], "in no list");
  assert.deepEqual(Object.keys(elsewhere).filter((route) => !served.includes(route) || isVisited(route)), [], "needs no reason any more");
}

export const guestWideLight = (browser, site) => checkPages(browser, site, guestPages, null, {});
export const guestPhoneDark = (browser, site) => checkPages(browser, site, guestPages, null, phone);
export const memberWideLight = (browser, site) => checkPages(browser, site, memberPages, "wethouder@demo.example", {});
export const memberPhoneDark = (browser, site) => checkPages(browser, site, memberPages, "wethouder@demo.example", phone);
export const newMemberWide = (browser, site) => checkPages(browser, site, newMemberPages, "nieuw@demo.example", {});
export const moderatorWideLight = (browser, site) => checkPages(browser, site, moderatorPages, "moderator@demo.example", {});
export const moderatorPhoneDark = (browser, site) => checkPages(browser, site, moderatorPages, "moderator@demo.example", phone);
export const questionsWideLight = (browser, site) => confirmPages(browser, site, {});
export const questionsOnPhone = (browser, site) => confirmPages(browser, site, phone);
export const narrowestScreen = (browser, site) =>
  checkPages(browser, site, ["/", "/gesprekken", "/gesprekken/1", "/gemeenten/GM1783", "/typen"], null, { viewport: { width: 320, height: 640 } });

export async function englishHasNoDutchInterface(browser, site) {
  const { context, page } = await openPerson(browser, site);
  try {
    await page.goto("/");
    await Promise.all([page.waitForNavigation(), page.locator("form[action='/voorkeuren/taal'] button[value=en]").click()]);
    assert.equal(await page.getAttribute("html", "lang"), "en");
    const navigation = await page.locator(".fd-nav").innerText();
    assert.doesNotMatch(navigation, /Gesprekken|Gemeenten/);
    assert.deepEqual(await axe(page), []);
  } finally {
    await context.close();
  }
}

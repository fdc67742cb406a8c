// Every page as guest, member and moderator: axe without violations, nothing leaves the site, no page scrolls sideways.
import assert from "node:assert/strict";
import { axe, openPerson, signIn } from "./browser.mjs";

const guestPages = ["/", "/gesprekken", "/gesprekken?soort=vraag&stand=open", "/gesprekken?zoek=zzzz", "/gesprekken/1", "/gesprekken/8",
  "/gemeenten", "/gemeenten?zoek=brielle", "/gemeenten?zoek=zzzz", "/gemeenten/GM1783", "/gemeenten/GM0501", "/typen",
  "/typen/tuinbouwgemeenten", "/typen/provinciesteden", "/inloggen", "/huisregels", "/besluiten", "/besluiten/cijfers",
  "/over", "/toegankelijkheid", "/privacy", "/bestaat-niet"];
const memberPages = ["/", "/gesprekken", "/gesprekken/14", "/gesprekken/nieuw", "/gesprekken/nieuw?title=Hoe+betrekt+u+buren", "/ik", "/ik/besluiten",
  "/gemeenten/GM1783", "/gesprekken?thema=wonen", "/ik/volgt", "/volgen/thema/wonen", "/volgen/gemeente/GM1783", "/ik/meldingen", "/sinds",
  "/sinds?minuten=15", "/leden/2"];
const newMemberPages = ["/gesprekken/14", "/gesprekken/9", "/ik", "/ik/besluiten", "/ik/meldingen", "/ik/volgt"];
const moderatorPages = ["/moderatie", "/gesprekken/14", "/gesprekken/14/sluiten", "/gesprekken/14/vastzetten", "/gesprekken/14/verplaatsen",
  "/gesprekken/14/samenvoegen?zoek=gesprek", "/gesprekken/14/splitsen", "/ik", "/leden/1"];

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

const phone = { viewport: { width: 390, height: 844 } };
const dark = { colorScheme: "dark" };

export const guestWideLight = (browser, site) => checkPages(browser, site, guestPages, null, {});
export const guestPhoneDark = (browser, site) => checkPages(browser, site, guestPages, null, { ...phone, ...dark });
export const memberWideLight = (browser, site) => checkPages(browser, site, memberPages, "wethouder@demo.example", {});
export const memberPhoneDark = (browser, site) => checkPages(browser, site, memberPages, "wethouder@demo.example", { ...phone, ...dark });
export const newMemberWide = (browser, site) => checkPages(browser, site, newMemberPages, "nieuw@demo.example", {});
export const moderatorWideLight = (browser, site) => checkPages(browser, site, moderatorPages, "moderator@demo.example", {});
export const moderatorPhoneDark = (browser, site) => checkPages(browser, site, moderatorPages, "moderator@demo.example", { ...phone, ...dark });
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

// The pictures of the documentation, taken from a real farm: node screenshots.mjs FOLDER
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Farm, NODES } from "./farm.mjs";
import { openBrowser, Person } from "./person.mjs";

const folder = process.argv[2];
const film = mkdtempSync(join(tmpdir(), "film-"));
const frames = []; // {file, hundredths}
const WATCH_MS = 3400;
let page;

const pause = ms => new Promise(done => setTimeout(done, ms));

async function picture(name) {
  const file = join(folder, name);
  await page.screenshot({ path: file });
  execFileSync("pngquant", ["--force", "--ext", ".png", "--speed", "1", "--quality", "70-100", file]);
}

// The film: what was typed, or what there is to see, stands in a bar below the page.
async function caption(text, isCommand = false) {
  await page.evaluate(([words, command]) => {
    const bar = document.getElementById("caption") ?? document.body.appendChild(document.createElement("div"));
    bar.id = "caption";
    bar.textContent = command ? `$ ${words}` : words;
    bar.style.cssText = `position: fixed; inset: auto 0 0 0; z-index: 9; padding: 1.05rem 1.4rem; font-size: 1.35rem; color: #fff;
      background: #0b1512; font-weight: 600; font-family: ${command ? '"DejaVu Sans Mono", monospace' : "inherit"};`;
  }, [text, isCommand]);
}

async function frame(hundredths) {
  const file = join(film, `${String(frames.length).padStart(3, "0")}.png`);
  await page.screenshot({ path: file });
  frames.push({ file, hundredths });
}

// Frames for as long as something moves, as fast as they can be taken.
async function watch(ms) {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    const began = Date.now();
    await frame(0);
    await pause(Math.max(0, 90 - (Date.now() - began)));
    frames.at(-1).hundredths = Math.round((Date.now() - began) / 10);
  }
}

function develop(name) {
  const file = join(folder, name);
  const still = frames.flatMap(({ file: from, hundredths }) => ["-delay", String(hundredths), from]);
  execFileSync("convert-im6.q16", ["-loop", "0", ...still, "-resize", "960x", "+dither", "-colors", "128", "-layers", "OptimizePlus", file]);
  execFileSync("gifsicle", ["--batch", "-O3", "--lossy=40", file]);
}

// A session of node2: whichever node takes it over keeps it in the other memcached, so both parts of the cookie change.
async function tabOnNode2(browser, farm) {
  const { tab } = await Person.on("node2", browser, farm);
  return tab;
}

async function takeAll(browser, farm) {
  const guest = await (await Person.arrives(browser, farm)).tab();
  page = guest.page;
  await guest.goTo("/");
  await guest.sees(".tomcat.here");
  await picture("log-in.png");

  const tab = await tabOnNode2(browser, farm);
  page = tab.page;
  await tab.click("shop");
  for (const tea of ["Sencha", "Oolong", "Oolong", "Earl Grey"]) await tab.addToCart(tea);
  await tab.sees(".tomcat.here");
  await picture("shop.png");
  await tab.click("cart");
  await tab.sees(".tomcat.here");
  await pause(1200);
  await picture("cart-before.png");

  await caption("Logged in on node2, four things in the cart.");
  await frame(250);
  await caption("demo/run kill node2", true);
  await frame(150);
  await Promise.all([farm.kill("node2"), watch(WATCH_MS)]);
  await tab.sees("#strip:not([hidden])");
  await page.mouse.move(5, 700);
  await caption("Nobody clicked, nobody was logged out: another Tomcat has the session, and the cookie says so.");
  await frame(450);
  await page.evaluate(() => document.getElementById("caption").remove());
  await picture("cart-after.png");

  await tab.click("gallery");
  await tab.sees('#pictures[data-state="complete"]');
  await tab.sees(".tomcat.here");
  await pause(600);
  await picture("gallery.png");
  await tab.click("cart");
  await tab.sees(".tomcat.here");
  await caption("demo/run start node2", true);
  await frame(150);
  await farm.start("node2");
  await tab.sees('.tomcat[data-name="node2"][data-state="up"]');
  await caption("The dead one is back, and takes new sessions. This one stays where it is.");
  await frame(350);

  await farm.kill(...NODES);
  await tab.goTo("/cart");
  await picture("error-page.png");
}

mkdirSync(folder, { recursive: true });
const farm = await Farm.up();
const browser = await openBrowser();
try {
  await takeAll(browser, farm);
  develop("failover.gif");
} finally {
  await browser.close();
  await farm.down();
  rmSync(film, { recursive: true });
}

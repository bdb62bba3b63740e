// node drive.mjs SNIPPET SECONDS: asks for the same 20 keys over and over, and every fifth time for a new one, twice.
// One line of JSON a second: how often it asked, how often known keys had to be loaded, how many new ones were lost,
// and the slowest answer in milliseconds.
import { pathToFileURL } from "node:url";
const { getOrLoad, close } = await import(pathToFileURL(process.argv[2]));
const end = Date.now() + Number(process.argv[3]) * 1000;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
let second = Date.now(), seen = { asked: 0, loaded: 0, lost: 0, slowest: 0 };
async function ask(key, miss) {
  const started = Date.now();
  const value = await getOrLoad(key, async () => { miss(); return { key }; });
  if (value?.key !== key) throw new Error(`${key}: ${JSON.stringify(value)}`);
  seen.asked++;
  seen.slowest = Math.max(seen.slowest, Date.now() - started);
}
for (let n = 0; Date.now() < end; n++) {
  await ask(`sess:${n % 20}`, () => seen.loaded++);
  if (n % 5 === 0) {
    await ask(`sess:new:${n}`, () => {});
    await pause(10);
    await ask(`sess:new:${n}`, () => seen.lost++);
  }
  if (Date.now() - second >= 1000) {
    console.log(JSON.stringify(seen));
    seen = { asked: 0, loaded: 0, lost: 0, slowest: 0 };
    second = Date.now();
  }
  await pause(20);
}
await close();
setTimeout(() => process.exit(0), 200);

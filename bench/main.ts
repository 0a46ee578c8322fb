import { building } from "./building.ts";
import { caging } from "./caging.ts";
import { daemons } from "./daemons.ts";
import { folding } from "./folding.ts";
import { meets, type Result, resultLine } from "./harness.ts";
import { live } from "./live.ts";
import { making } from "./making.ts";
import { manyCages } from "./many-cages.ts";
import { minimise } from "./minimise.ts";
import { planning } from "./planning.ts";
import { startup } from "./startup.ts";
import { tracing } from "./tracing.ts";
import { upkeep } from "./upkeep.ts";
import { watching } from "./watching.ts";
import { wizard } from "./wizard.ts";

/** Runs all benches, or the named ones; exits 1 if a target is missed. */
const benches = [
	startup,
	tracing,
	folding,
	live,
	planning,
	building,
	making,
	daemons,
	caging,
	minimise,
	upkeep,
	manyCages,
	watching,
	wizard,
];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length) {
	console.error(`No bench ${unknown.join(", ")}; there are ${benches.map(({ name }) => name).join(", ")}.`);
	process.exit(2);
}
const results: Result[] = [];
for (const bench of benches.filter(({ name }) => !wanted.length || wanted.includes(name))) {
	console.log(`${bench.name}…`);
	for (const result of await bench.run()) {
		results.push(result);
		console.log(resultLine(result));
	}
}
const missed = results.filter((result) => meets(result) === false).length;
console.log(`\nSummary: median (least..most) of repetitions taken in turn on this machine`);
for (const result of results) console.log(resultLine(result));
console.log(missed ? `${missed} of the targets missed` : "every target met");
process.exitCode = missed ? 1 : 0;

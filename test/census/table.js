// Prints the results of a census as a Markdown table: node test/census/table.js [DIR]
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2] ?? "/tmp/cagewright-census";
const results = readdirSync(folder).flatMap((name) => {
	try {
		return [{ name, ...JSON.parse(readFileSync(join(folder, name, "result.json"), "utf8")) }];
	} catch {
		return [];
	}
});

const isYes = (value) => value.startsWith("yes") || value === "-";
const serves = (one) => [one.dropIn, one.reload, one.rotate ?? "-", one.restart].every(isYes) && one.dropIn !== "-";
const row = (cells) => `| ${cells.join(" | ")} |`;

console.log(
	row([
		"daemon",
		"version",
		"`make`",
		"s",
		"files",
		"MiB",
		"`run` · again · HUP",
		"drop-in · reload · logrotate · restart",
		"deeper request in `run` · drop-in",
	]),
);
console.log(row(["---", "---", "---", "---:", "---:", "---:", "---", "---", "---"]));
for (const one of results) {
	const mebibytes = one.bytes === undefined ? "" : (one.bytes / 2 ** 20).toFixed(1);
	const deep = one.deepHost === "yes" ? `${one.deepRun} · ${one.deepDropIn}${one.warnings.length ? ", warned" : ""}` : "";
	const made = one.caged === "yes" ? "yes" : `no (${one.status})`;
	const lives = [one.run, one.again, one.hup].join(" · ");
	const service = [one.dropIn, one.reload, one.rotate ?? "-", one.restart].map((cell) => cell.replace(/\/0$/, "")).join(" · ");
	console.log(row([one.name, one.version, made, one.seconds, one.files ?? "", mebibytes, lives, service, deep]));
}
const caged = results.filter((one) => one.caged === "yes");
const permitted = results.flatMap(({ calls }) => (calls?.filter === "observed" ? [calls.permitted] : [])).sort((a, b) => a - b);
const median = permitted[Math.floor(permitted.length / 2)];
if (median !== undefined) {
	const range = `${permitted[0]} to ${permitted.at(-1)}`;
	console.log(`\n${permitted.length} filters for one application permit ${median} calls (median; ${range}).`);
}
console.log(
	`\n${caged.length} of ${results.length} caged at the first try; ${caged.filter(serves).length} of those serve under systemd.`,
);

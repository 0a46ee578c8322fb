import { spawnSync } from "node:child_process";
import { systemFiles } from "../src/base/host/files.ts";
import { pathToText } from "../src/base/path/path.ts";
import { makePlan } from "../src/plan/make-plan.ts";
import type { Plan } from "../src/plan/plan.ts";
import { systemPackages } from "../src/service/host/packages.ts";
import { emptyTrace } from "../src/trace/trace.ts";
import { application, asRoot, rules } from "../test/plan/traces.ts";
import { type Bench, inTurn, median, ratios, seconds } from "./harness.ts";

const files = systemFiles();
/** Programs, libraries and a language's standard library, as in a large application. */
const include = ["/usr/bin", "/usr/lib/*-linux-gnu", "/usr/lib/python3*", "/usr/share/perl*"];
/** Results are scaled to this number of files, because machines differ. */
const many = 5000;
/** One query per file would take minutes for all of them. So many, at equal distances, represent the rest. */
const sampled = 100;

/** Compares a plan of thousands of files with asking the machine's own tools about each of them. */
export const planning: Bench = {
	name: "planning",
	async run() {
		const plan = planOfMany();
		const paths = plan.entries.filter(({ kind }) => kind === "file").map(({ path }) => path);
		const texts = paths.flatMap((path) => pathToText(path) ?? []);
		const sample = Array.from({ length: sampled }, (_, at) => texts[Math.floor((at * texts.length) / sampled)] ?? "");
		const once = (program: string, ...args: string[]) =>
			seconds(() => {
				for (const path of sample) ask(program, [...args, path]);
			}).then(perMany(sampled));
		const { dpkg, dpkgEach, ldd, ours, owners } = await inTurn(5, {
			ours: () => seconds(planOfMany).then(perMany(paths.length)),
			ldd: () => once("ldd"),
			owners: () => seconds(() => systemPackages(files).owners(paths)).then(perMany(paths.length)),
			dpkg: () => seconds(() => ask("dpkg", ["-S", ...texts])).then(perMany(texts.length)),
			dpkgEach: () => once("dpkg", "-S"),
		});
		const counted = `of ${paths.length} files, counted for ${many}`;
		return [
			{
				what: "planning, libraries and interpreters found",
				against: "ldd once a file",
				values: ratios(ours, ldd),
				unit: "x",
				target: { atMost: 0.2 },
				note: `${median(ours).toFixed(2)} s / ${median(ldd).toFixed(1)} s ${counted}; ldd from ${sampled} of them`,
			},
			{ what: `planning ${many} files`, values: ours, unit: "s", target: { atMost: 2 } },
			{
				what: "owning packages",
				against: "dpkg -S with all",
				values: ratios(owners, dpkg),
				unit: "x",
				target: { atMost: 1.5 },
				note: `${median(owners).toFixed(2)} s / ${median(dpkg).toFixed(2)} s ${counted}`,
			},
			{
				what: "owning packages",
				against: "dpkg -S once a file",
				values: ratios(owners, dpkgEach),
				unit: "x",
				target: { atMost: 0.01 },
				note: `${median(dpkgEach).toFixed(0)} s, from ${sampled} of them`,
			},
			{ what: `owning packages of ${many} files`, values: owners, unit: "s", target: { atMost: 1.5 } },
		];
	},
};

/** The exit status only says whether all files were known. */
function ask(program: string, args: readonly string[]): void {
	const { error, status } = spawnSync(program, args, { stdio: "ignore" });
	if (error !== undefined || status === null) throw error ?? new Error(`${program} was killed`);
}

function perMany(count: number): (taken: number) => number {
	return (taken) => (taken * many) / count;
}

function planOfMany(): Plan {
	return makePlan({
		application,
		identity: asRoot,
		rules: rules({ include }),
		files,
		trace: emptyTrace(),
		additions: [],
		users: [],
		groups: [],
	});
}

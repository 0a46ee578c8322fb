import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { findUnneeded } from "../src/minimise/search.ts";
import { type Bench, freePort, inFolder, median, type Result } from "./harness.ts";

/** Counts the trials until the unneeded files are found: about k·log2(n) for k needed among n files, wherever they are. */
export const minimise: Bench = {
	name: "minimise",
	async run() {
		const results: Result[] = [];
		for (const [files, needed] of [
			[500, 20],
			[5000, 5],
			[5000, 20],
			[5000, 80],
			[50_000, 20],
		] as const)
			results.push(await searched(files, needed));
		// Files below /var are state, and those in a script's folder its own sources; a package's files are in neither.
		const made = mkdtempSync("/opt/cagewright-bench-");
		try {
			results.push(await inFolder((folder) => realCage(folder, made)));
		} finally {
			rmSync(made, { recursive: true });
		}
		return results;
	},
};

const { signal } = new AbortController();
const target = { atMost: 1.5 };

/** Measures the search alone, with an oracle instead of trials and needed files anywhere. */
async function searched(files: number, needed: number): Promise<Result> {
	const counts: number[] = [];
	for (let repetition = 0; repetition < 5; repetition++) {
		const random = numbers(repetition + 1);
		const wanted = new Set<number>();
		while (wanted.size < needed) wanted.add(Math.floor(random() * files));
		const units = Array.from({ length: files }, (_, at) => ({ needs: [], place: ["data", "", String(at >> 5)] }));
		const works = async (left: ReadonlySet<number>) => [...wanted].every((one) => !left.has(one));
		const { left, trials } = await findUnneeded({ units, pinned: new Set(), works, jobs: 1, signal });
		if (left.size !== files - needed) throw new Error(`${left.size} of ${files - needed} left out`);
		counts.push(trials);
	}
	const usual = needed * Math.log2(files);
	return {
		what: `trials where ${needed} of ${files} files are needed`,
		against: "k·log2(n)",
		values: counts.map((count) => count / usual),
		unit: "x",
		target,
		note: `${median(counts)} / ${usual.toFixed(0)}`,
	};
}

/** Numbers from 0 to 1, equal in each run: the linear congruence of Numerical Recipes. */
function numbers(seed: number): () => number {
	let state = seed;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}

const files = 5000;
const needed = 12;

/** Concurrent trials: half of a split part fails, so that some of them would not have been needed one after the other. */
const targetSideBySide = { atMost: 2 };

/** A server that reads 5,000 files at its start and exits if one of a dozen is missing, with real trials. */
async function realCage(folder: string, top: string): Promise<Result> {
	const port = await freePort();
	const random = numbers(7);
	for (let at = 0; at < files; at++) {
		const directory = `${top}/${at >> 6}`;
		if (at % 64 === 0) mkdirSync(directory, { recursive: true });
		writeFileSync(`${directory}/${at}`, String(at));
	}
	const wanted = Array.from({ length: needed }, () => Math.floor(random() * files));
	const script = [
		"use strict; use IO::Socket::INET; $SIG{TERM} = sub { exit 0 };",
		`my %wanted = map { $_ => 1 } (${wanted.join(", ")});`,
		`for my $at (0 .. ${files - 1}) { my $d = $at >> 6; open(my $f, '<', "${top}/$d/$at") or !$wanted{$at} or die; }`,
		`my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => ${port}, Listen => 5, ReuseAddr => 1) or die;`,
		'while (my $c = $s->accept) { my $line = <$c>; print $c "HTTP/1.0 200 OK\\r\\n\\r\\nhere"; close $c; }',
	].join("\n");
	writeFileSync(`${folder}/serve.pl`, script);
	const cagewright = (...words: string[]) =>
		execFileSync(process.execPath, ["bin/cagewright.js", "--state", `${folder}/state`, "--quiet", "--json", ...words], {
			encoding: "utf8",
			maxBuffer: 1 << 28,
			stdio: ["ignore", "pipe", "inherit"],
		});
	const probe = `curl -sf http://127.0.0.1:${port}/`;
	const make = ["make", "--name", "made", "--no-selftest", "--yes", "--probe", probe];
	cagewright(...make, "--", "/usr/bin/perl", `${folder}/serve.pl`);
	const found = JSON.parse(cagewright("minimise", "made", "--no-selftest", "--yes", "--jobs", "2"));
	const kept = found.kept.find(({ why }: { why: string }) => why === "tried").files;
	const open = kept + found.dropped.files;
	const usual = kept * Math.log2(open);
	return {
		what: `trials of a real cage of ${found.before.files} files, two at a time`,
		against: "k·log2(n)",
		values: [found.trials / usual],
		unit: "x",
		target: targetSideBySide,
		note: `${found.trials} / ${usual.toFixed(0)}: ${kept} of ${open} files needed; ${found.seconds} s, ${(found.seconds / found.trials).toFixed(2)} s each`,
	};
}

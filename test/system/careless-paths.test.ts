import { describe, expect, test } from "vitest";
import { isLong, times } from "../long.ts";
import { CarelessHost, expectNoProblems } from "./careless-host.ts";
import { type OddPath, oddPaths } from "./odd-paths.ts";
import { type PathUse, pathUses, plainUses, prepared, uncovered } from "./path-uses.ts";
import { generator, shuffled } from "./random.ts";

/**
 * Gives odd paths to every option and argument that takes one, in a copy of the machine. Whatever happens, the exit status is a documented
 * one, an error is one line, and nothing changes but what the path literally names. `CAGEWRIGHT_WALKS` sets the number of commands, and
 * `CAGEWRIGHT_ONLY` is a pattern for their words.
 */

const seed = Number(process.env.CAGEWRIGHT_SEED ?? Date.now() % 1_000_000);
const most = Number(process.env.CAGEWRIGHT_WALKS ?? times(20, Number.POSITIVE_INFINITY));
const only = new RegExp(process.env.CAGEWRIGHT_ONLY ?? "");

/** Half of a sample writes what the path names. */
function sample(): { use: PathUse; odd: OddPath }[] {
	const all = pathUses().filter(({ name }) => only.test(name));
	const pairs = all.flatMap((use) => oddPaths.map((odd) => ({ use, odd })));
	const mixed = shuffled(pairs, generator(seed));
	if (most >= pairs.length) return mixed;
	const isWriting = ({ use }: (typeof pairs)[number]) => use.writes !== "nothing";
	const writing = mixed.filter(isWriting).slice(0, Math.ceil(most / 2));
	return [...writing, ...mixed.filter((pair) => !isWriting(pair)).slice(0, most - writing.length)];
}

test("the walk knows a value for each argument", () => expect(uncovered()).toEqual([]));

describe("in a copy of the machine", { timeout: 10 * 3_600_000 }, () => {
	const host = new CarelessHost();

	test(`verbs accept what the walk varies (seed ${seed})`, async () => {
		const plain = shuffled(plainUses(), generator(seed)).slice(0, isLong ? undefined : 2);
		const refused: string[] = [];
		for (const { name, words } of plain) {
			if ((await host.judge({ words, mayChange: () => true })).status === 2) refused.push(name);
		}
		expect(refused).toEqual([]);
	});

	test(`odd paths harm nothing (seed ${seed})`, async () => {
		await expectNoProblems(
			host,
			sample().map(({ odd, use }) => ({
				name: `${use.name} is given ${odd.name}`,
				words: use.words(odd.path),
				mayChange: (change: string) => isNamed(change, use, odd),
			})),
		);
	});

	test(`a signal in the middle harms nothing (seed ${seed})`, async () => {
		const random = generator(seed);
		const all = longer.flatMap((command) => Object.keys(signals).map((signal) => ({ command, signal })));
		await expectNoProblems(
			host,
			shuffled(all, random)
				.slice(0, isLong ? undefined : 2)
				.map(({ command: { creates, words }, signal }) => {
					const seconds = (0.2 + 1.8 * random()).toFixed(2);
					return {
						name: `${words.join(" ")} gets SIG${signal} after ${seconds} s`,
						words,
						surroundings: `exec timeout --foreground --preserve-status --signal=${signal} ${seconds} "$@"`,
						ends: [0, 1, signals[signal] ?? 0],
						mayChange: (change: string) =>
							(creates !== undefined && change.startsWith(`new: ${creates}`)) || (signal === "KILL" && temporary.test(change)),
					};
				}),
		);
	});
});

/** The path names what is new. */
function isNamed(change: string, { installs, suffixes, writes }: PathUse, { creates, leadsTo, path }: OddPath): boolean {
	const [, kind, place = ""] = /^(\w+): (.*?)(?: \((?:file|directory|link) .*)?$/s.exec(change) ?? [];
	if (kind !== "new") return false;
	const named = writes === "below" ? (leadsTo ?? creates ?? path) : writes === "new" ? creates : undefined;
	// Paths of a snapshot are latin1.
	const beside = named === undefined ? [] : ["", ...suffixes].map((suffix) => named + suffix);
	const names = [...installs, ...beside].map((name) => Buffer.from(name).toString("latin1"));
	// A folder appears with the missing folders above it.
	const isAbove = (name: string) => writes === "below" && name.startsWith(slashed(place));
	return names.some((name) => place === name || place.startsWith(slashed(name)) || isAbove(name));
}

const slashed = (directory: string) => (directory.endsWith("/") ? directory : `${directory}/`);

const signals: Readonly<Record<string, number>> = { HUP: 129, INT: 130, TERM: 143, KILL: 137 };

/** Commands that work for a while, with what they may create. */
const longer: readonly { readonly words: readonly string[]; readonly creates?: string }[] = [
	{ words: ["record", "redis", "-o", "/srv/odd/new"], creates: "/srv/odd/new" },
	{ words: ["record", "--all", "-o", "/srv/odd/empty"], creates: "/srv/odd/empty" },
	{ words: ["metrics", "-o", "/srv/odd/new"], creates: "/srv/odd/new" },
	{ words: ["export", "redis", "-o", "/srv/odd/new"], creates: "/srv/odd/new" },
	{ words: ["export", "redis", "--format", "quadlet", "-o", "/srv/odd/new"], creates: "/srv/odd/new" },
	{ words: ["export", "redis", "--format", "portable", "-o", "/srv/odd/cage-redis"], creates: "/srv/odd/cage-redis" },
	{ words: ["--state", "/srv/odd/new", "import", prepared.archive, "--yes", "--no-trial"], creates: "/srv/odd/new" },
	{ words: ["unit", "redis", "--install", "--root", "/srv/odd/empty"], creates: "/srv/odd/empty" },
	{ words: ["install", "--root", "/srv/odd/empty"], creates: "/srv/odd/empty" },
	{ words: ["make", "redis", "--yes", "--no-selftest", "--replace"] },
	{ words: ["build", "redis", "--include", "/usr/share/doc/strace"] },
	{ words: ["trial", "redis", "--yes", "--no-selftest"] },
	{ words: ["update", "redis", "--yes", "--no-selftest"] },
	{ words: ["remove", "redis", "--yes"] },
];

/** Of a file that gets its name when it is complete. */
const temporary = /^new: \/srv\/odd\/(?:empty\/)?\.tmp-[^/]+ \(file 600 /;

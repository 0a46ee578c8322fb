import { spawnSync } from "node:child_process";
import { chmodSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bench, freePort, inFolder, inTurn, median, milliseconds, type Result, ratios, seconds } from "./harness.ts";
import { homeResults } from "./home.ts";

const sizes = [10, 25, 50] as const;
const program = join(process.cwd(), "bin", "cagewright.js");

/** Measures whether the work grows with the number of cages and no faster, and how fast the list of cages is. */
export const manyCages: Bench = {
	name: "many-cages",
	run: () =>
		inFolder(async (folder) => {
			chmodSync(folder, 0o755);
			const page = join(folder, "page");
			writeFileSync(page, "a page of the bench\n");
			const port = await freePort();
			// A small server, so that 85 cages take little space.
			const server = ["busybox", "httpd", "-f", "-p", `127.0.0.1:${port}`, "-h", folder];
			const probe = `curl -fsS --noproxy '*' -o /dev/null http://127.0.0.1:${port}/page`;
			const options = ["--user", "nobody", "--probe", probe, "--yes", "--no-selftest"];
			const stateOf = (size: number) => join(folder, `state-${size}`);
			const make = (size: number, name: string) => run(stateOf(size), ["make", "--name", name, ...options, "--", ...server]);
			for (const size of sizes) for (let number = 1; number < size; number++) make(size, `web-${number}`);
			const nth = (size: number, name: string) => async () => {
				const taken = await seconds(() => make(size, name));
				run(stateOf(size), ["remove", name, "--yes"]);
				return taken;
			};
			const { fiftieth, first } = await inTurn(7, { first: nth(1, "web-1"), fiftieth: nth(50, "web-50") });
			for (const size of sizes) make(size, `web-${size}`);
			const results: Result[] = [
				{
					what: "make of the fiftieth cage",
					against: "of the first",
					values: ratios(fiftieth, first),
					unit: "x",
					target: { atMost: 1.2 },
					note: `${milliseconds(fiftieth)} / ${milliseconds(first)}`,
				},
			];
			results.push(await growth("list", stateOf, ["list"]));
			results.push(await growth("check --all", stateOf, ["check", "--all"]));
			results.push(await growth("metrics", stateOf, ["metrics"]));
			results.push(...(await homeResults(sizes, stateOf)));
			// A touched host file is a reason to plan each cage.
			utimesSync(page, new Date(), new Date());
			results.push(await growth("check --all with a plan of each cage", stateOf, ["check", "--all"]));
			return results;
		}),
};

/** Compares the time that a cage adds between 25 and 50 with the time that one adds between 10 and 25. */
async function growth(what: string, stateOf: (size: number) => string, words: readonly string[]): Promise<Result> {
	const timed = (size: number) => () => seconds(() => run(stateOf(size), words));
	const { few, many, some } = await inTurn(9, { few: timed(10), some: timed(25), many: timed(50) });
	const [at10, at25, at50] = [median(few), median(some), median(many)];
	return {
		what: `${what}: each of the last 25 of 50 cages`,
		against: "each of the 15 before",
		values: [(at50 - at25) / 25 / ((at25 - at10) / 15)],
		unit: "x",
		target: { atMost: 1.3 },
		note: `10, 25, 50 cages: ${[few, some, many].map(milliseconds).join(", ")}`,
	};
}

/** `check` exits with 1 for findings, such as the account that all these cages share. */
function run(state: string, words: readonly string[]): void {
	const { status, stderr } = spawnSync(process.execPath, [program, "--state", state, "--quiet", ...words], { encoding: "utf8" });
	if (status !== 0 && !(status === 1 && words[0] === "check"))
		throw new Error(`${words.join(" ")} ended with ${status}: ${stderr}`);
}

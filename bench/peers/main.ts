import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inTurn, ratios, seconds } from "../harness.ts";
import { makeCage, ours, runCommand, tracedThroughput } from "./cagewright.ts";
import { count, firstAnswer, isInside, type Started, shell, start, stop, throughput, unlinkFromHost } from "./serving.ts";
import { nginx, redis, type Subject } from "./subjects.ts";
import { type Column, markdown } from "./table.ts";
import { cde, chrootCommand, jailkit, type NumberedRepair, repairFor, reprozip, type Tool } from "./tools.ts";

/**
 * Compares whole jobs, from an installed service to an answer from its cage, with Debian's similar tools. It runs in separate
 * namespaces with empty state directories over the host's (scripts/bench-peers.js), so that nothing remains.
 */

const [folder = "", wanted = "5"] = process.argv.slice(2);
const repetitions = Number(wanted);
const peers = [jailkit, cde, reprozip];
const say = (text: string) => console.error(text);

/** Returns an empty folder for one job. */
function fresh(name: string): string {
	const path = join(folder, name);
	rmSync(path, { recursive: true, force: true });
	mkdirSync(path, { mode: 0o755 });
	return path;
}

/** Starts a server, which must answer, in `root` if that is given. */
async function served<T>(subject: Subject, command: readonly string[], root: string | undefined, use: () => T): Promise<T> {
	const run = start(command);
	try {
		await answered(subject, run);
		if (root !== undefined && !isInside(subject, root)) throw new Error(`${subject.name} is not in ${root}`);
		return await use();
	} finally {
		await stop(subject, run);
	}
}

async function answered(subject: Subject, run: Started): Promise<void> {
	const problem = await firstAnswer(subject, run);
	if (problem !== undefined) throw new Error(`${subject.name}: ${problem}`);
}

/** Repairs one message after the other until the right answer comes. Returns the last message if no repair is known. */
async function repairs(tool: Tool, subject: Subject, root: string): Promise<{ done: NumberedRepair[]; unsolved?: string }> {
	const done: NumberedRepair[] = [];
	for (;;) {
		const run = start(chrootCommand(subject, root));
		const problem = await firstAnswer(subject, run);
		const inside = problem === undefined && isInside(subject, root);
		await stop(subject, run);
		if (problem === undefined) return inside ? { done } : { done, unsolved: "it answers from outside" };
		const repair = repairFor(subject, tool, problem, done);
		if (!repair) return { done, unsolved: problem.trim().split("\n").slice(-3).join(" ") };
		done.push(repair);
		say(`  ${tool.name}, ${subject.name}, repair ${done.length}: ${repair.message}\n    ${repair.line}`);
		shell(repair.line, { ROOT: root });
	}
}

async function compare(subject: Subject): Promise<Column[]> {
	say(`${subject.name}: what has to be repaired`);
	const found: { tool: Tool; repaired: Awaited<ReturnType<typeof repairs>>; counted: ReturnType<typeof count> }[] = [];
	for (const tool of peers) {
		const root = await tool.make(subject, fresh("once"));
		const { linked } = count(root);
		unlinkFromHost(root);
		const repaired = await repairs(tool, subject, root);
		found.push({ tool, repaired, counted: { ...count(root), linked } });
		if (repaired.unsolved !== undefined) say(`  ${tool.name}, ${subject.name}: ${repaired.unsolved}`);
	}
	const state = fresh("state");
	const counted = count(makeCage(subject, state));

	say(`${subject.name}: time to the first answer`);
	const times = await inTurn(repetitions, {
		[ours.name]: () => {
			const own = join(fresh("job"), "state");
			return seconds(async () => {
				const root = makeCage(subject, own);
				await served(subject, runCommand(subject, own), root, () => {});
			});
		},
		...Object.fromEntries(
			found
				.filter(({ repaired }) => repaired.unsolved === undefined)
				.map(({ repaired, tool }) => [
					tool.name,
					() =>
						seconds(async () => {
							const root = await tool.make(subject, fresh("job"));
							unlinkFromHost(root);
							for (const { line } of repaired.done) shell(line, { ROOT: root });
							await served(subject, chrootCommand(subject, root), root, () => {});
						}),
				]),
		),
	} as Record<string, () => Promise<number>>);

	say(`${subject.name}: speed while watched`);
	const speeds = await inTurn(repetitions, {
		bare: () => served(subject, subject.command, undefined, () => throughput(subject)),
		[ours.name]: () => tracedThroughput(subject, state),
		...Object.fromEntries(
			peers.flatMap((tool) => {
				const { watch } = tool;
				if (!watch) return [];
				return [[tool.name, () => watchedThroughput(subject, watch, fresh("watched"))]];
			}),
		),
	} as Record<string, () => Promise<number>>);

	const slowdown = (name: string) => (speeds[name] ? ratios(speeds.bare ?? [], speeds[name]) : undefined);
	return [
		{ ...ours, subject: subject.name, seconds: times[ours.name], slowdown: slowdown(ours.name), repairs: 0, counted },
		...found.map(({ counted: one, repaired, tool }) => ({
			name: tool.name,
			version: tool.version,
			subject: subject.name,
			seconds: times[tool.name],
			slowdown: slowdown(tool.name),
			repairs: repaired.done.length,
			...(repaired.unsolved === undefined ? {} : { unsolved: repaired.unsolved }),
			counted: one,
		})),
	];
}

async function watchedThroughput(subject: Subject, watch: NonNullable<Tool["watch"]>, folder: string): Promise<number> {
	const run = start([...watch(folder), ...subject.command], folder);
	try {
		await answered(subject, run);
		return throughput(subject);
	} finally {
		await stop(subject, run);
	}
}

const columns: Column[] = [];
for (const subject of [nginx, redis]) columns.push(...(await compare(subject)));
console.log(markdown(columns, { repetitions, machine: machineText(), date: new Date().toISOString().slice(0, 10) }));

function machineText(): string {
	const ask = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: "utf8" }).trim();
	const distribution = ask("sh", "-c", '. /etc/os-release && echo "$PRETTY_NAME"');
	return `${distribution}, Linux ${ask("uname", "-r")}, ${ask("nproc")} cores`;
}

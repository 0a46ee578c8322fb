import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { systemMachine } from "../../src/cli/machine.ts";
import { TraceFold } from "../../src/trace/fold.ts";
import { throughput } from "./serving.ts";
import type { Subject } from "./subjects.ts";

/** The same jobs by the built program, with its template for the service. */

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
export const ours = { name: "Cagewright", version } as const;

const program = (state: string, ...args: string[]) => [
	process.execPath,
	resolve("bin/cagewright.js"),
	"--state",
	state,
	"--quiet",
	...args,
];

/** Makes the cage with a successful trial, and returns its root. */
export function makeCage({ name }: Subject, state: string): string {
	const [node = "", ...args] = program(state, "make", name, "--yes", "--json");
	return (JSON.parse(execFileSync(node, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })) as { root: string })
		.root;
}

export const runCommand = ({ name }: Subject, state: string) => program(state, "run", name);

/** Requests per second while it is traced, in the sandbox and with the folding of `trace`. */
export async function tracedThroughput(subject: Subject, state: string): Promise<number> {
	const { launcher } = systemMachine(state);
	const sandbox = await launcher.createSandbox();
	const fold = new TraceFold();
	try {
		const launched = await launcher.start({
			launch: { kind: "sandbox", sandbox, directories: [], given: [], devices: [], capabilities: [], sockets: [] },
			identity: { name: "root", uid: 0, gid: 0, groups: [], home: "/root", ...subject.account },
			command: subject.command,
			cwd: "/",
			env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C" },
			network: "own",
			onOutput() {},
			trace: { mode: "fast", onData: (chunk) => fold.feed(chunk) },
		});
		try {
			const answers = subject.name === "nginx" ? "curl -fsS -o /dev/null http://127.0.0.1/" : "redis-cli ping | grep -q PONG";
			const wait = `for i in $(seq 400); do ${answers} 2>/dev/null && exit; sleep 0.05; done; exit 1`;
			const ready = await launcher.shell(wait, { launched }, 60);
			if (!ready.ok) throw new Error(`${subject.name} does not answer while traced: ${ready.output}`);
			const { output } = await launcher.shell(subject.load, { launched }, 300);
			return throughput(subject, () => output);
		} finally {
			await launched.stop(10);
		}
	} finally {
		await sandbox[Symbol.asyncDispose]();
	}
}

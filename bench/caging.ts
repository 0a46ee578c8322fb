import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type Bench, freePort, inFolder, inTurn, median, milliseconds, type Result, ratios, seconds } from "./harness.ts";
import { firstAnswer, redisCommand, silence } from "./redis.ts";

/** A server that runs bare or in its cage, under the same account, on the host's network. */
interface Server {
	readonly name: string;
	readonly account: string;
	readonly command: readonly string[];
	readonly probe: string;
	readonly load: () => Load;
}

interface Load {
	readonly requests: number;
	readonly requestsPerSecond: number;
}

/** Measures a cage's cost, at the start and while it serves. */
export const caging: Bench = {
	name: "caging",
	run: () =>
		inFolder(async (state) => {
			// nginx reads its pages as its own account.
			chmodSync(state, 0o755);
			const results: Result[] = [];
			const redisPort = await freePort();
			const redis = redisServer(redisPort);
			make(state, redis);
			results.push(...(await starting(state, redis, redisPort)), await serving(state, redis, redisServer(await freePort())));
			const nginx = nginxServer(state, await freePort());
			make(state, nginx);
			results.push(await serving(state, nginx, nginxServer(state, await freePort())));
			results.push(...(await filtering(state, redis, redisServer(await freePort()))));
			results.push(...(await filtering(state, nginx, nginxServer(state, await freePort()))));
			return results;
		}),
};

const program = (state: string, ...args: string[]) => [
	process.execPath,
	"bin/cagewright.js",
	"--state",
	`${state}/state`,
	...args,
];

function make(state: string, { account, command, name, probe }: Server, ...options: string[]): void {
	const [node = "", ...args] = program(state, "make", "--name", name, "--user", account, "--probe", probe, "--yes", "--quiet");
	execFileSync(node, [...args, ...options, "--", ...command], { stdio: ["ignore", "ignore", "inherit"] });
}

const bare = ({ account, command }: Server) => ["setpriv", "--reuid", account, "--regid", account, "--clear-groups", ...command];

async function starting(state: string, server: Server, port: number): Promise<Result[]> {
	const [node = "", ...args] = program(state, "run", server.name, "--print");
	const printed = execFileSync(node, args, { encoding: "latin1" });
	const untilAnswer = async (command: readonly string[]) => {
		const taken = await running(command, () => seconds(() => firstAnswer(port)));
		await silence(port);
		return taken;
	};
	const measured = await inTurn(21, {
		bare: () => untilAnswer(bare(server)),
		caged: () => untilAnswer(program(state, "run", server.name)),
		printed: () => untilAnswer(["sh", "-c", printed]),
	});
	const more = (values: readonly number[]) => values.map((value, index) => value - (measured.bare[index] ?? Number.NaN));
	const result = (what: string, values: readonly number[]): Result => ({
		what,
		against: "bare",
		values: more(values),
		unit: "s",
		target: { atMost: 0.15 },
		note: `${milliseconds(values)} / ${milliseconds(measured.bare)}`,
	});
	return [
		result("redis until its first answer, by cagewright run, more than", measured.caged),
		result("redis until its first answer, by run --print, more than", measured.printed),
	];
}

/** The caged server and its bare twin run at the same time and are asked in turn, so that other load affects both alike. */
async function serving(state: string, server: Server, twin: Server): Promise<Result> {
	const { inside, outside } = await running(bare(twin), () =>
		running(program(state, "run", server.name), async () => {
			for (const one of [server, twin]) await answers(one);
			return inTurn(15, { outside: () => twin.load().requestsPerSecond, inside: () => server.load().requestsPerSecond });
		}),
	);
	return {
		what: `${server.name} requests a second in its cage`,
		against: "bare",
		values: ratios(inside, outside),
		unit: "x",
		target: { atLeast: 0.97 },
		note: `${median(inside).toFixed(0)} / ${median(outside).toFixed(0)} requests/s`,
	};
}

/** Compares a cage with the general filter and its twin with a filter for its own calls. Both run and are asked in turn. */
async function filtering(state: string, server: Server, like: Server): Promise<Result[]> {
	const twin = { ...like, name: `${like.name}-observed` };
	make(state, twin, "--calls", "observed");
	const processorTime: Record<"general" | "observed", number[]> = { general: [], observed: [] };
	const { general, observed } = await running(program(state, "run", server.name), (generalPid) =>
		running(program(state, "run", twin.name), async (observedPid) => {
			for (const one of [server, twin]) await answers(one);
			const measure =
				(filter: keyof typeof processorTime, { load }: Server, pid: number) =>
				() => {
					const before = secondsOfProcessor(pid);
					const { requests, requestsPerSecond } = load();
					processorTime[filter].push(((secondsOfProcessor(pid) - before) / requests) * 1e6);
					return requestsPerSecond;
				};
			return inTurn(15, {
				general: measure("general", server, generalPid),
				observed: measure("observed", twin, observedPid),
			});
		}),
	);
	const against = "the general filter";
	return [
		{
			what: `${server.name} requests a second with a filter for its calls`,
			against,
			values: ratios(observed, general),
			unit: "x",
			target: { atLeast: 0.97 },
			note: `${median(observed).toFixed(0)} / ${median(general).toFixed(0)} requests/s`,
		},
		{
			what: `${server.name} processor time a request with a filter for its calls`,
			against,
			values: ratios(processorTime.observed, processorTime.general),
			unit: "x",
			note: `${median(processorTime.observed).toFixed(2)} / ${median(processorTime.general).toFixed(2)} µs`,
		},
	];
}

/** Of a process and its descendants, which must not end in the meantime (proc_pid_stat(5), USER_HZ). */
function secondsOfProcessor(pid: number): number {
	const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
		.replace(/^.*\) /, "")
		.split(" ");
	const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
	return (Number(fields[11]) + Number(fields[12])) / 100 + children.reduce((sum, child) => sum + secondsOfProcessor(child), 0);
}

async function answers({ probe }: Server): Promise<void> {
	for (let tries = 0; ; tries++) {
		try {
			execFileSync("sh", ["-c", probe], { stdio: "ignore" });
			return;
		} catch (error) {
			if (tries > 200) throw error;
			await new Promise((resolve) => setTimeout(resolve, 25));
		}
	}
}

/** Starts the server, measures, and stops it. The clock of `measure` starts with the process. */
async function running<Measured>(command: readonly string[], measure: (pid: number) => Promise<Measured>): Promise<Measured> {
	const [file = "", ...args] = command;
	const child: ChildProcess = spawn(file, args, { stdio: "ignore" });
	const ended = once(child, "exit");
	try {
		return await measure(child.pid ?? 0);
	} finally {
		child.kill("SIGTERM");
		await ended;
	}
}

function redisServer(port: number): Server {
	return {
		name: "redis",
		account: "redis",
		command: redisCommand(port),
		probe: `test "$(redis-cli -p ${port} PING)" = PONG`,
		load() {
			const options = ["-h", "127.0.0.1", "-p", String(port), "-t", "get", "-n", "100000", "-c", "50", "--csv"];
			const output = execFileSync("redis-benchmark", options, { encoding: "utf8" });
			return { requests: 100_000, requestsPerSecond: Number(/"GET","([\d.]+)"/.exec(output)?.[1]) };
		},
	};
}

function nginxServer(state: string, port: number): Server {
	const folder = `${state}/nginx`;
	mkdirSync(folder, { recursive: true });
	const configuration = `${folder}/nginx-${port}.conf`;
	writeFileSync(`${folder}/index.html`, "a page of the bench\n");
	const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
		(name) => `${name}_temp_path /tmp/bench-${port}-${name};`,
	);
	const http = [`access_log off; root ${folder};`, ...temporary, `server { listen 127.0.0.1:${port}; }`];
	const main = ["daemon off; worker_processes 1; error_log stderr crit;", `pid /tmp/bench-${port}.pid;`, "events {}"];
	writeFileSync(configuration, `${[...main, "http {", ...http, "}"].join("\n")}\n`);
	const url = `http://127.0.0.1:${port}/`;
	return {
		name: "nginx",
		account: "www-data",
		command: ["/usr/sbin/nginx", "-e", "stderr", "-c", configuration],
		probe: `curl -fsS --noproxy '*' ${url} | grep -q 'a page of the bench'`,
		load() {
			const answer = execFileSync("wrk", ["-t", "1", "-c", "32", "-d", "1s", url], { encoding: "utf8" });
			const requestsPerSecond = Number(/Requests\/sec:\s*([\d.]+)/.exec(answer)?.[1]);
			return { requests: Number(/(\d+) requests in /.exec(answer)?.[1]), requestsPerSecond };
		},
	};
}

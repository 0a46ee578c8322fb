import { systemMachine } from "../src/cli/machine.ts";
import type { LaunchRequest } from "../src/launch/ports.ts";
import { TraceFold } from "../src/trace/fold.ts";
import { type Bench, inFolder, inTurn, median, ratios } from "./harness.ts";
import { redisCommand } from "./redis.ts";

const port = 6379;
const load = `redis-benchmark -h 127.0.0.1 -p ${port} -t get -n 60000 -c 50 --csv`;

/** Measures how much of a server's throughput remains while it is traced. All three run in a sandbox with its own network. */
export const tracing: Bench = {
	name: "tracing",
	run: () =>
		inFolder(async (state) => {
			const { launcher } = systemMachine(state);
			const throughput = async (command: readonly string[], trace?: LaunchRequest["trace"]) => {
				const sandbox = await launcher.createSandbox();
				try {
					const launched = await launcher.start({
						launch: { kind: "sandbox", sandbox, directories: [], given: [], devices: [], capabilities: [], sockets: [] },
						identity: { name: "root", uid: 0, gid: 0, groups: [], home: "/root" },
						command,
						cwd: "/",
						env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C" },
						network: "own",
						onOutput() {},
						...(trace ? { trace } : {}),
					});
					try {
						const ready = await launcher.shell(
							`for i in $(seq 400); do redis-cli -h 127.0.0.1 -p ${port} ping >/dev/null 2>&1 && exit; sleep 0.05; done; exit 1`,
							{ launched },
							60,
						);
						if (!ready.ok) throw new Error(`redis does not answer: ${ready.output}`);
						const { output } = await launcher.shell(load, { launched }, 300);
						const perSecond = Number(/"GET","([\d.]+)"/.exec(output)?.[1]);
						if (!perSecond) throw new Error(`no result of redis-benchmark: ${output}`);
						return perSecond;
					} finally {
						await launched.stop(5);
					}
				} finally {
					await sandbox[Symbol.asyncDispose]();
				}
			};
			const folded = () => {
				const fold = new TraceFold();
				return throughput(redisCommand(port), { mode: "fast", onData: (chunk) => fold.feed(chunk) });
			};
			const measured = await inTurn(5, {
				bare: () => throughput(redisCommand(port)),
				ours: folded,
				strace: () => throughput(["/usr/bin/strace", "-f", "-o", "/tmp/strace.out", ...redisCommand(port)]),
			});
			const { bare, ours, strace } = measured;
			const note = (a: readonly number[], b: readonly number[]) => `${median(a).toFixed(0)} / ${median(b).toFixed(0)} requests/s`;
			return [
				{
					what: "redis throughput while traced",
					against: "untraced",
					values: ratios(ours, bare),
					unit: "x",
					target: { atLeast: 0.8 },
					note: note(ours, bare),
				},
				{
					what: "redis throughput while traced",
					against: "under plain strace -f",
					values: ratios(ours, strace),
					unit: "x",
					target: { atLeast: 2 },
					note: note(ours, strace),
				},
			];
		}),
};

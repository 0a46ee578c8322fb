import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { children } from "../src/base/host/processes.ts";
import type { Path } from "../src/base/path/path.ts";
import { systemMachine } from "../src/cli/machine.ts";
import type { StartedApplication } from "../src/launch/ports.ts";
import { type Bench, inFolder, inTurn, median, ratios } from "./harness.ts";

const port = 8080;
const load = `wrk -t1 -c16 -d2s http://127.0.0.1:${port}/`;

function tree(pid: number): number[] {
	return [pid, ...children(pid).flatMap(tree)];
}

/** Measures how much of a web server's throughput remains while it is watched in production: for failures, and by strace. */
export const watching: Bench = {
	name: "watching",
	run: () =>
		inFolder(async (state) => {
			mkdirSync(`${state}/www`);
			writeFileSync(`${state}/www/index.html`, "a page\n".repeat(100));
			writeFileSync(
				`${state}/nginx.conf`,
				`daemon off; worker_processes 1; user root; pid ${state}/pid; error_log /dev/null; events {}
http { access_log off; server { listen 127.0.0.1:${port}; root ${state}/www; } }`,
			);
			const machine = systemMachine(`${state}/state`);
			const { launcher } = machine;
			const throughput = async (watch: (launched: StartedApplication) => Promise<() => Promise<void>>) => {
				const sandbox = await launcher.createSandbox();
				try {
					const launched = await launcher.start({
						launch: { kind: "sandbox", sandbox, directories: [], given: [], devices: [], capabilities: [], sockets: [] },
						identity: { name: "root", uid: 0, gid: 0, groups: [], home: "/root" },
						command: ["/usr/sbin/nginx", "-c", `${state}/nginx.conf`],
						cwd: "/",
						env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C" },
						network: "own",
						onOutput() {},
					});
					try {
						const wait = `for i in $(seq 200); do curl -sf http://127.0.0.1:${port}/ >/dev/null && exit; sleep 0.05; done; exit 1`;
						const ready = await launcher.shell(wait, { launched }, 60);
						if (!ready.ok) throw new Error(`nginx does not answer: ${ready.output}`);
						const stop = await watch(launched);
						const { output } = await launcher.shell(load, { launched }, 60);
						await stop();
						const perSecond = Number(/Requests\/sec:\s*([\d.]+)/.exec(output)?.[1]);
						if (!perSecond) throw new Error(`no result of wrk: ${output}`);
						return perSecond;
					} finally {
						await launched.stop(5);
					}
				} finally {
					await sandbox[Symbol.asyncDispose]();
				}
			};
			const measured = await inTurn(3, {
				bare: () => throughput(async () => async () => {}),
				ours: () =>
					throughput(async ({ init }) => {
						const watching = await machine.watchFailures({ cwd: "/" as Path, onFailure() {}, onFull() {} });
						watching.watch([init]);
						return () => watching.stop();
					}),
				strace: () =>
					throughput(async ({ init }) => {
						// Only the calls that the watch needs; strace stops at all others too if the process runs already.
						const who = tree(init).flatMap((pid) => ["-p", String(pid)]);
						const child = spawn("strace", ["-f", "-q", "-o", "/dev/null", "-e", "trace=%file", ...who], { stdio: "ignore" });
						await setTimeout(500);
						return async () => {
							child.kill("SIGTERM");
							await once(child, "close");
						};
					}),
			});
			const { bare, ours, strace } = measured;
			const note = (a: readonly number[], b: readonly number[]) => `${median(a).toFixed(0)} / ${median(b).toFixed(0)} requests/s`;
			return [
				{
					what: "nginx throughput while watched for what fails",
					against: "unwatched",
					values: ratios(ours, bare),
					unit: "x",
					target: { atLeast: 0.9 },
					note: note(ours, bare),
				},
				{
					what: "nginx throughput while watched for what fails",
					against: "with strace attached",
					values: ratios(ours, strace),
					unit: "x",
					target: { atLeast: 1.5 },
					note: note(ours, strace),
				},
			];
		}),
};
